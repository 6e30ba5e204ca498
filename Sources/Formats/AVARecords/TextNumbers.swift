/// The powers of ten that a double holds exactly.
private let exactPowers: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]

/// Reads a decimal number, rounded to the nearest double as C's `strtod` rounds.
///
/// Up to 2^53 times a power of ten up to 22 is one exact multiplication or division (Clinger's fast path); anything
/// longer takes the library's slow and exact road.
///
/// - Returns: nil for anything but an optional sign, digits with an optional point, and an optional exponent, and for
///   numbers beyond a double's range.
func decimalNumber(_ text: UnsafeRawBufferPointer) -> Double? {
  var index = 0
  let end = text.count
  var isNegative = false
  if index < end, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
    isNegative = text[index] == UInt8(ascii: "-")
    index += 1
  }
  var mantissa: UInt64 = 0
  var digits = 0
  var decimals = 0
  var sawPoint = false
  while index < end {
    let byte = text[index]
    let digit = byte &- UInt8(ascii: "0")
    if digit <= 9 {
      // Nineteen digits always fit; more make the number take the slow road.
      if digits < 19 { mantissa = mantissa &* 10 &+ UInt64(digit) }
      digits += 1
      if sawPoint { decimals += 1 }
    } else if byte == UInt8(ascii: "."), !sawPoint {
      sawPoint = true
    } else {
      break
    }
    index += 1
  }
  if digits == 0 { return nil }
  var exponent = 0
  if index < end {
    guard let power = exponentSuffix(text, from: index) else { return nil }
    exponent = power
  }
  exponent -= decimals
  if digits <= 19, mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
    let value = Double(mantissa)
    let scaled = exponent < 0 ? value / exactPowers[-exponent] : value * exactPowers[exponent]
    return isNegative ? -scaled : scaled
  }
  guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
  return value
}

/// Reads "e-05" at the end of a number; nil when it is anything else.
private func exponentSuffix(_ text: UnsafeRawBufferPointer, from start: Int) -> Int? {
  var index = start
  guard text[index] | 0x20 == UInt8(ascii: "e") else { return nil }
  index += 1
  var isNegative = false
  if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
    isNegative = text[index] == UInt8(ascii: "-")
    index += 1
  }
  if index == text.count { return nil }
  var power = 0
  while index < text.count {
    let digit = text[index] &- UInt8(ascii: "0")
    if digit > 9 { return nil }
    power = min(power * 10 + Int(digit), 100_000)
    index += 1
  }
  return isNegative ? -power : power
}

/// Reads a whole number of up to nine digits; nil for anything else.
func wholeNumber(_ text: UnsafeRawBufferPointer) -> Int? {
  var index = 0
  var isNegative = false
  if let first = text.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
    isNegative = first == UInt8(ascii: "-")
    index = 1
  }
  let digits = text.count - index
  if digits == 0 || digits > 9 { return nil }
  var value = 0
  while index < text.count {
    let digit = text[index] &- UInt8(ascii: "0")
    if digit > 9 { return nil }
    value = value &* 10 &+ Int(digit)
    index += 1
  }
  return isNegative ? -value : value
}
