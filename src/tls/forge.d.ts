/** Of node-forge only the ASN.1 encoder is loaded: 4 ms, where the whole library takes 40. */
declare module 'node-forge/lib/asn1.js' {
  import { asn1 } from 'node-forge'

  /** The published types lack the options of `fromDer`. */
  interface Parsing {
    fromDer(bytes: string, options: { decodeBitStrings: boolean }): asn1.Asn1
  }
  const encoder: Omit<typeof asn1, 'fromDer'> & Parsing
  export = encoder
}
