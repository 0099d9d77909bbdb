/**
 * Where a person's files lie, by the XDG base directory specification, which cordon follows on macOS too.
 */
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** The person's home folder. */
export function homeOf(env: NodeJS.ProcessEnv): string {
  const { HOME } = env
  return HOME !== undefined && isAbsolute(HOME) ? HOME : homedir()
}

/** `$XDG_CONFIG_HOME`, else `~/.config`. The specification wants a relative path ignored. */
export function configHomeOf(env: NodeJS.ProcessEnv): string {
  const { XDG_CONFIG_HOME } = env
  return XDG_CONFIG_HOME !== undefined && isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : join(homeOf(env), '.config')
}

/** Where all that cordon keeps of a person's scopes lies. */
export function cordonHomeOf(env: NodeJS.ProcessEnv): string {
  return join(configHomeOf(env), 'cordon')
}

/** `$XDG_CACHE_HOME`, else `~/.cache`. */
export function cacheHomeOf(env: NodeJS.ProcessEnv): string {
  const { XDG_CACHE_HOME } = env
  return XDG_CACHE_HOME !== undefined && isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : join(homeOf(env), '.cache')
}

/** `$XDG_RUNTIME_DIR`, for what lives as long as a process; undefined where it is not set. */
export function runtimeHomeOf({ XDG_RUNTIME_DIR }: NodeJS.ProcessEnv): string | undefined {
  return XDG_RUNTIME_DIR !== undefined && isAbsolute(XDG_RUNTIME_DIR) ? XDG_RUNTIME_DIR : undefined
}
