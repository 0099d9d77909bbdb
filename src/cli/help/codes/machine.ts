import type { Subject } from './subject.ts'

/** What may be wrong around cordon: its process, the agents, files, the command line. */
export const machineCodes: readonly Subject[] = [
  {
    heading: 'The proxy as a process',
    introduction: 'What the commands that start the proxy, or talk to it, may end with.',
    command: {
      port_taken:
        'Another process has the port. Stop it, or change `listen` in cordon.toml and set the agents up again.',
      port_foreign:
        'It may be the cordon of another configuration. Whatever it is, agents that are set up for this port talk to a stranger.',
      proxy_running: 'A port has one cordon.',
      proxy_stopped: 'It was not started, or did not come up in time.',
      control_unsafe:
        'The [control socket](running.md#the-control-socket) cannot be opened, or something else is in its place.',
      control_unknown: 'The running cordon is of a version that does not know the question.',
      debugger_open: 'cordon holds real keys, and opens no door to its memory.',
      node_too_old: 'Older ones lack what cordon is made of, and find that out in the middle of a request.',
    },
  },
  {
    heading: 'The service',
    introduction: 'What [`cordon service`](service.md) may end with.',
    command: {
      service_missing: 'No service of that name is installed.',
      service_failed:
        'The service did not come up, or a step of its installation failed. `cordon service logs` has the rest.',
      service_unfit:
        'The configuration names what such a service does not have, or the init system cannot do what was asked.',
      root_needed: 'It makes a user, and folders that yours may not enter.',
      program_exposed: 'Who may change the program is in effect the user that it runs as.',
      user_missing: 'One user may read the token of the service: that of the agents.',
      init_missing:
        'The init system does not answer: no systemd in a container or behind `su`, no launchd for who is not logged in on the screen.',
      path_unfit: 'An init system would take a part of the path for something else.',
    },
  },
  {
    heading: 'Agents',
    introduction: 'What `setup`, `import` and `integration disable` may end with.',
    command: {
      env_file_missing: 'For `cordon import`: give the path of a file, or `--from-env NAME`.',
      file_in_the_way:
        'A file that a set-up writes whole is there already, or was changed since; it is not copied away.',
      set_up_elsewhere: 'The agent was set up with another home than the one it has now.',
      agents_missing: '`cordon setup --all` wires what is installed, and looks for it on the PATH.',
      scope_unfit: 'Some agents have one home for all folders.',
      settings_unreadable: 'A settings file of the agent cannot be edited as it is.',
      login_unreadable: 'What stands in `auth.json` could not be put back byte for byte.',
      block_broken: "Of cordon's two marks in a file only the first is there.",
      env_file_faulty: 'What stands behind an open quote cannot be told.',
      manifest_unreadable: 'The record of what was before set-up is not what cordon wrote.',
      file_changed: 'A file changed between plan and write.',
      rollback_failed: 'A write failed, and what was already written could not be taken back.',
      daemon_not_stopped: "Codex's background daemon still runs with its old environment.",
    },
  },
  {
    heading: 'Files and the command line',
    introduction: 'What any command may end with.',
    command: {
      home_unfit: 'All that cordon keeps lies below the home, whatever the folder of the shell.',
      file_unreadable: 'A file cannot be read, or is not UTF-8.',
      file_unwritable: 'The old file is whole.',
      file_locked: 'Two commands wanted to change a file at once.',
      command_missing: 'For `cordon run`: it is neither on PATH nor a file.',
      command_unfit: 'For `cordon run`: it is there and cannot be run.',
      env_unfit: 'The format that was asked for cannot write every value.',
      usage: '`--help` behind any command shows its page.',
      cancelled: 'You answered no.',
    },
  },
]
