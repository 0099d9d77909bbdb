/**
 * What changes in the files while the proxy runs holds from the next request on. A change that is not sound is told, and
 * all stays as it was:
 *
 *     read ──a file changes, SIGHUP, `cordon reload`──► reading ──sound──► read, anew
 *                                                              └─faulty──► read, as before, and the fault
 */
import { CordonError, sentenceOf } from '../../base/error.ts'
import { readIfThere } from '../../base/file.ts'
import type { LoadedConfig, Renewed } from '../../control/status.ts'
import { toldOf } from '../../control/told.ts'
import { watchFiles } from '../../control/watch.ts'
import type { RunningProxy } from '../../proxy/accept.ts'
import { certsOf, suffixOf } from '../context.ts'
import { errorText } from '../error-text.ts'
import { type Ground, isSame, type Loaded, load } from './load.ts'

export class Renewal {
  readonly #ground: Ground
  readonly #proxy: RunningProxy
  #loaded: Loaded
  #fault: CordonError | undefined
  #isBlind = false
  #last: Promise<unknown> = Promise.resolve()
  #endWatch = () => {}

  constructor(ground: Ground, loaded: Loaded, proxy: RunningProxy) {
    this.#ground = ground
    this.#loaded = loaded
    this.#proxy = proxy
    this.#watch()
  }

  /** What the proxy goes by. */
  get loaded(): Loaded {
    return this.#loaded
  }

  /** The same for `cordon status`. */
  get told(): LoadedConfig {
    const { configPath } = this.#ground.scope
    const fault = this.#fault && toldOf(this.#fault)
    return {
      path: configPath,
      readAt: this.#loaded.readAt.toISOString(),
      state: fault ? 'faulty' : this.#isPresent() ? 'present' : 'changed',
      ...(fault && { fault }),
      pending: this.#pending(),
    }
  }

  #isPresent(): boolean {
    try {
      return readIfThere(this.#ground.scope.configPath) === this.#loaded.text
    } catch (cause) {
      // What cannot be read any more is a change, of which the next look tells.
      if (cause instanceof CordonError) return false
      throw cause
    }
  }

  /** One at a time. Rejects with the fault that keeps the proxy from going by the files as they are. */
  renew(): Promise<Renewed> {
    const next = this.#last.then(() => this.#renew())
    this.#last = next.catch(() => {})
    return next
  }

  end(): void {
    this.#endWatch()
  }

  async #renew(): Promise<Renewed> {
    const { log } = this.#ground
    // Before the files are read: what changes afterwards is told.
    this.#watch()
    try {
      const loaded = await load(this.#ground, this.#loaded)
      const wasFaulty = this.#fault !== undefined
      this.#fault = undefined
      if (isSame(loaded, this.#loaded)) {
        if (wasFaulty) log.info({}, 'configuration sound again, as it was before')
        return { outcome: 'same', pending: this.#pending() }
      }
      this.#loaded = loaded
      this.#proxy.renew(loaded.policy)
      this.#watch()
      log.info({ routes: loaded.config.routes.length }, 'configuration read again')
      for (const why of this.#pending()) log.warn({ why }, 'configuration not all in force')
      return { outcome: 'renewed', pending: this.#pending() }
    } catch (thrown) {
      const fault = thrown instanceof CordonError ? thrown : undefined
      this.#fault = fault
      log.error({ code: fault?.code, why: fault ? errorText(fault) : sentenceOf(thrown) }, 'change not taken over')
      throw thrown
    }
  }

  #pending(): string[] {
    const { listen } = this.#loaded.config
    const { options, scope } = this.#ground
    const { port } = this.#proxy
    const again = `\`cordon stop${suffixOf(options)}\` and \`cordon start${suffixOf(options)}\``
    return [
      ...(listen === port
        ? []
        : [`cordon stays on port ${port}: \`listen = ${listen}\` of ${scope.configPath} holds after ${again}.`]),
      ...(this.#isBlind
        ? [`The system does not tell of changed files: run \`cordon reload${suffixOf(options)}\`.`]
        : []),
    ]
  }

  #watch(): void {
    const { scope, log } = this.#ground
    const { config } = this.#loaded
    this.#endWatch()
    try {
      const paths = [scope.configPath, ...Object.values(certsOf(scope, config)), ...config.tls.trust]
      this.#endWatch = watchFiles(paths, () => void this.renew().catch(() => {}))
      this.#isBlind = false
    } catch (thrown) {
      this.#endWatch = () => {}
      if (!this.#isBlind) log.warn({ why: sentenceOf(thrown) }, 'changed files go unnoticed')
      this.#isBlind = true
    }
  }
}
