internal import JSON
public import Tensors

/// Named activations as one JSON object, a line each: shape (N C T H W), mean, std, first and last eight values.
public func activationSummary(_ named: [(name: String, map: FeatureMap)]) -> String {
  var json = JSONWriter()
  json.beginObject(lines: true)
  for (name, map) in named { json.member(name, summary(map.float32().channelsFirst())) }
  json.end()
  return json.text + "\n"
}

private func summary(_ tensor: Tensor) -> JSONValue {
  let values = tensor.array
  let mean = values.reduce(0.0) { $0 + Double($1) } / Double(max(1, values.count))
  let squares = values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
  let std = (squares / Double(max(1, values.count))).squareRoot()
  return [
    "shape": .array(tensor.shape.map { JSONValue($0) }), "mean": JSONValue(mean), "std": JSONValue(std),
    "first8": .array(values.prefix(8).map { JSONValue($0) }), "last8": .array(values.suffix(8).map { JSONValue($0) }),
  ]
}
