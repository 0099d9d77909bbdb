import { spawn } from 'node:child_process'

/**
 * Tells systemd that this process is up, where systemd started it and waits to hear so (sd_notify(3)). Node has no datagram
 * sockets of the kind, so systemd's own program says it.
 */
export function notifyReady(env: NodeJS.ProcessEnv): void {
  if (!env['NOTIFY_SOCKET']) return
  // Without that program systemd ends the start by its own deadline, and its log says what it waited for.
  spawn('systemd-notify', ['--ready'], { env, stdio: 'ignore' }).on('error', () => {})
}
