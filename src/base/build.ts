/** How this cordon was built: what the build wrote into the bundle. */

/** `binary` has its Node inside, `package` was bundled for npm, `source` is the TypeScript as it lies. */
export type Shape = 'binary' | 'package' | 'source'

export interface Build {
  version: string
  /** Twelve digits of the commit, `-dirty` behind them where the sources differed from it. */
  commit?: string
  shape: Shape
}

declare const CORDON_BUILD: Build

export const build: Build =
  typeof CORDON_BUILD === 'object' ? CORDON_BUILD : { version: '0.0.0-source', shape: 'source' }
