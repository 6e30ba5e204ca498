internal import JSON

/// Named activations as one JSON object, a line each: shape (N C T H W), mean, std, first and last eight values.
///
/// - Parameter named: Each with its values in the order of its shape, the last dimension fastest; asked for one at a time.
public func activationSummary(_ named: some Sequence<(name: String, shape: [Int], values: [Float])>) -> String {
  var json = JSONWriter()
  json.beginObject(lines: true)
  for (name, shape, values) in named { json.member(name, summary(shape, values)) }
  json.end()
  return json.text + "\n"
}

private func summary(_ shape: [Int], _ values: [Float]) -> JSONValue {
  let mean = values.reduce(0.0) { $0 + Double($1) } / Double(max(1, values.count))
  let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
  let std = (squares / Double(max(1, values.count))).squareRoot()
  return [
    "shape": .array(shape.map { JSONValue($0) }), "mean": JSONValue(mean), "std": JSONValue(std),
    "first8": .array(values.prefix(8).map { JSONValue($0) }), "last8": .array(values.suffix(8).map { JSONValue($0) }),
  ]
}
