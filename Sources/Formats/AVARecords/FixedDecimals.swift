internal import Wording

private let powersOfTen: [Double] = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
]

/// Rounds to a count of decimals as writing with C's `printf("%.*f")` and reading back does.
///
/// The product with the power of ten is rounded; its exact remainder, one fused operation away, decides where the
/// rounded product looks like a tie, so that 0.0005 (in truth a little more) becomes 0.001.
///
/// - Returns: The value in units of the last decimal, nil where it is too large for exact arithmetic.
func roundedUnits(_ value: Double, decimals: Int) -> Double? {
  guard decimals < powersOfTen.count else { return nil }
  let power = powersOfTen[decimals]
  let product = value * power
  guard product.magnitude < 1e15 else { return nil }
  var units = product.rounded(.toNearestOrEven)
  let gap = product - units
  if gap.magnitude == 0.5 {
    // An exact tie keeps the even unit; a product that only became a tie by rounding must not.
    let remainder = (-product).addingProduct(value, power)
    if gap > 0, remainder > 0 { units += 1 }
    if gap < 0, remainder < 0 { units -= 1 }
  }
  return units
}

/// Rounds a number to a count of decimals: the double nearest to the text that `printf("%.*f")` writes.
func rounded(_ value: Double, decimals: Int) -> Double {
  guard let units = roundedUnits(value, decimals: decimals) else { return value }
  return units / powersOfTen[decimals]
}

/// Appends a number with a fixed count of decimals, as `printf("%.*f")` writes it.
func appendFixed(_ value: Double, decimals: Int, to bytes: inout [UInt8]) {
  guard let units = roundedUnits(value, decimals: decimals) else {
    bytes.append(contentsOf: fixed(value, decimals).utf8)
    return
  }
  if value.sign == .minus { bytes.append(UInt8(ascii: "-")) }
  let scale = UInt64(powersOfTen[decimals])
  let whole = UInt64(units.magnitude)
  appendPadded(whole / scale, digits: 1, to: &bytes)
  if decimals > 0 {
    bytes.append(UInt8(ascii: "."))
    appendPadded(whole % scale, digits: decimals, to: &bytes)
  }
}

/// Appends a whole number with leading zeros up to a count of digits.
func appendPadded(_ value: UInt64, digits: Int, to bytes: inout [UInt8]) {
  let start = bytes.count
  var rest = value
  repeat {
    bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
    rest /= 10
  } while rest > 0
  while bytes.count - start < digits { bytes.append(UInt8(ascii: "0")) }
  bytes[start...].reverse()
}
