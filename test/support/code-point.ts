import fc from 'fast-check'

/** Any code point, as the unit of texts: short ones in UTF-8 as often as long ones. fast-check's own unit takes a second to make. */
export const codePoint: fc.Arbitrary<string> = fc
  .oneof(fc.nat({ max: 0x7f }), fc.nat({ max: 0x7ff }), fc.nat({ max: 0xffff }), fc.nat({ max: 0x10ffff }))
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
