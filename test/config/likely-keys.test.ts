import assert from 'node:assert/strict'
import { test } from 'node:test'
import { likelyKeys } from '../../src/config/likely-keys.ts'

test('keys of vendors are told by their shape, whatever the variable is called', () => {
  const keys = {
    A: 'sk-proj-0123456789abcdefghij',
    B: 'ghp_0123456789abcdefghijABCDEFGHIJ012345',
    C: 'AKIAIOSFODNN7EXAMPLE',
    D: `AIza${'Sy0123456789abcdefghijklmnopqrstuvw'}`,
    E: 'xoxb-123456789012-abcdef',
    F: 'github_pat_0123456789abcdefghij',
    G: '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl',
  }

  assert.deepEqual(likelyKeys(keys), Object.keys(keys))
})

test('of other values only those with a name of a secret and too random to be words', () => {
  const found = likelyKeys({
    DEPLOY_TOKEN: 'p9XqT2mLwZ7rK4vB8nYc',
    aws_secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    SERVICE_APIKEY: '0f9a6c1e7b3d5824',
    TOKEN: 'short1',
    API_KEY: 'changeme-changeme-changeme',
    MAX_TOKENS: '1234567890123456789',
    KEYBOARD: 'p9XqT2mLwZ7rK4vB8nYc',
    BUILD_ID: 'p9XqT2mLwZ7rK4vB8nYc',
    OPENAI_API_KEY: 'sk-cordon-placeholder-the-real-key-is-put-in-by-cordon-on-the-way',
  })

  assert.deepEqual(found, ['DEPLOY_TOKEN', 'SERVICE_APIKEY', 'aws_secret_access_key'])
})
