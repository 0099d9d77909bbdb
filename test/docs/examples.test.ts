/** The TOML that the pages show. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { parseConfig } from '../../src/config/load.ts'
import { blocksOf, pages } from './pages.ts'

for (const one of pages) {
  for (const [index, example] of blocksOf(one, 'toml').entries()) {
    test(`the TOML example ${index + 1} of ${one.path} is a configuration that cordon takes`, () => {
      const whole = /^listen\b/m.test(example) ? example : `listen = 6790\n\n${example}`

      assert.doesNotThrow(() => parseConfig(whole, 'cordon.toml'))
    })
  }
}
