/// The middle of sorted values, as large a share of them as the confidence says; nil without values.
///
/// The quantile q of n sorted values is the one at q(n - 1), linear in between.
///
/// - Parameters:
///   - values: Ascending, none of them NaN.
///   - confidence: From 0 to 1; 1 is from the least to the greatest.
public func percentileInterval(sorted values: [Double], _ confidence: Double) -> ClosedRange<Double>? {
  if values.isEmpty { return nil }
  func quantile(_ share: Double) -> Double {
    let place = share * Double(values.count - 1)
    let low = Int(place)
    if low + 1 >= values.count { return values[values.count - 1] }
    return values[low] + (values[low + 1] - values[low]) * (place - Double(low))
  }
  let low = quantile((1 - confidence) / 2)
  return low...max(low, quantile((1 + confidence) / 2))
}
