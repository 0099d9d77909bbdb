import type { Subject } from './subject.ts'

/** What may be wrong with what a person keeps: secrets, cordon.toml, the CA, the tokens. */
export const settingsCodes: readonly Subject[] = [
  {
    heading: 'Secrets and their stores',
    introduction:
      'On the wire the sentence begins with the route: “The credential of the route openai is not there: …”. These are 400, because no repetition mends them.',
    both: {
      secret_missing: 'The store has no secret of that name. Run `cordon secret set ROUTE`.',
      secret_unfit:
        'The value cannot stand in a field: it is empty, too long, not ASCII, or has a line break or control characters. Run `cordon secret set ROUTE` with another value.',
      secret_timeout: 'The store did not answer within `[secrets] timeout`.',
      keyring_unavailable:
        'There is no keyring: no D-Bus, no Secret Service, no default collection, or no library for this machine.',
      keyring_locked: 'A request opens no window. Unlock it, and the next request works.',
      keyring_ambiguous: 'Several entries fit, and cordon takes none.',
      keyring_failed: 'The keyring failed for another reason.',
      store_exposed: 'Others may read the encrypted store or enter its folder.',
      store_unreadable: 'The encrypted store is there and cannot be read.',
      store_corrupt: '`secrets.age` is damaged.',
      identity_missing: '`secrets.identity` is gone, and nothing else opens `secrets.age`.',
      identity_wrong: '`secrets.age` belongs to another identity.',
      identity_corrupt: '`secrets.identity` is damaged, or another file.',
      passphrase_needed: 'A cordon without a terminal cannot ask for it.',
      passphrase_wrong: 'The identity of the encrypted file stays closed.',
    },
    command: {
      secret_check: '`cordon start` reads every secret once, and tells below what is wrong with each.',
      store_busy: 'Two commands wanted to change the store at once.',
      store_unproven:
        'For `cordon import`: the store did not give back what was just stored, so the file keeps its key.',
      store_unwritable: 'The store is as it was.',
      passphrase_empty: 'The old passphrase, if there was one, still holds.',
      passphrase_differs: 'The old passphrase, if there was one, still holds.',
    },
  },
  {
    heading: 'cordon.toml',
    introduction: '`config_faulty` lists its faults, each with a line and one of the last four codes.',
    command: {
      config_missing:
        'The folder has no `cordon.toml`, and cordon does not look into the folders above. `--scope user` means the one of the user.',
      config_faulty: 'Every fault is told below, with its line and the word that was probably meant.',
      config_unallowed:
        'The file of a project does something new, such as sending a secret to another host, and no command of cordon wrote that. The running cordon goes on as before. Look at it before you run `cordon allow`: an agent may have written it, or the project that you cloned.',
      config_changed: 'Nothing was written.',
      toml_faulty: "A TOML file that a command edits, such as Codex's `config.toml`, is not in order.",
      edit_refused: 'The text is written in a way that cannot be edited without touching more.',
      route_missing: '`cordon route list` shows the routes there are.',
      route_exists: 'Names of routes are unique.',
    },
    inside: {
      syntax_faulty: 'A line is not TOML.',
      unknown_key: 'A key that cordon does not know.',
      missing_key: 'A required key is not there.',
      faulty_value:
        'A value that cannot be, alone or beside another one: the sentence names its key, and says what it must be.',
    },
  },
  {
    heading: 'The CA and the tokens',
    introduction: 'What agents trust, and what they show.',
    command: {
      ca_missing: 'The scope has not been set up.',
      ca_incomplete: "One of the CA's two files is of no use without the other.",
      ca_exposed: 'Who has read the key can show any host to whoever trusts the CA.',
      ca_unreadable: 'The file is damaged, or another one.',
      ca_mismatched: 'The two files are not a pair.',
      ca_unsuited: 'The certificate may not sign others, or its key is neither EC nor RSA.',
      ca_expired: 'The CA is no longer, or not yet, valid. A new one has to be trusted anew: set the agents up again.',
      ca_exists: 'Agents trust the old one.',
      trust_unreadable: 'A file with roots, such as one of `[tls] trust`, holds no certificate.',
      root_store_missing: '`cordon trust` found nothing to change.',
      root_store_failed: 'The command of a trust store failed, or a store holds what is not ours to delete.',
      sudo_missing: "The system's trust store is changed by root alone.",
      tokens_missing: 'The scope has not been set up.',
      tokens_exposed: 'Who has read a token can use the routes from this machine.',
      token_exists: 'Another client may use it already; nothing was changed.',
      tokens_faulty: 'No client passes until it is mended.',
    },
    both: {
      symlink_refused: 'A file that decides about trust is a link, which may lead to the file of somebody else.',
    },
  },
]
