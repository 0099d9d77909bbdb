// The older guides have people put this one in by hand.
const knownDummy = 'dummy-replaced-by-cordon'

/** Whether a value is no key at all: ours, or that of an older guide. */
export const isPlaceholder = (value: unknown): boolean =>
  typeof value === 'string' && (value === '' || value === knownDummy || value.includes('cordon-placeholder'))
