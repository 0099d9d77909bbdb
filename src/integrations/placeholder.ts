/** What an agent holds in place of a key. It has the shape of one, so that nothing on the way refuses it. */
export const anthropicPlaceholder = 'sk-ant-api03-cordon-placeholder-the-real-key-is-put-in-by-cordon-on-the-way'

/** For vendors whose keys no client looks at before it sends them. */
export const plainPlaceholder = 'cordon-placeholder-the-real-key-is-put-in-by-cordon-on-the-way'

// The older guides have people put this one in by hand.
const knownDummy = 'dummy-replaced-by-cordon'

/** Whether a value is no key at all. */
export const isPlaceholder = (value: unknown): boolean =>
  typeof value === 'string' && (value === '' || value === knownDummy || value.includes('cordon-placeholder'))
