public import Geometry
public import JSON
internal import Wording

/// Two measurements of the same work, an earlier one and this one.
///
/// The same work is the same network on clips of the same size, as many together. What else differs, such as the precision or the
/// processor, is said; the ratios are of that too.
public struct ClipComparison: Sendable {
  /// Something that was not the same.
  struct Difference: Equatable {
    let name: String
    let then: String
    let now: String
  }

  /// A layer then and now; nil where the other run had none such.
  struct LayerPair: Equatable {
    let then: ClipRecord.Layer?
    let now: ClipRecord.Layer?

    var difference: Double { (now?.seconds ?? 0) - (then?.seconds ?? 0) }
  }

  /// The file of the earlier measurement.
  private let path: String
  private let then: ClipRecord
  private let now: ClipRecord
  let differences: [Difference]
  /// The largest differences of seconds first; nil where one of the runs has no layers.
  let layers: [LayerPair]?

  /// - Parameter path: The file of the earlier measurement.
  /// - Throws: `ClipComparisonError` where the work was another one.
  public init(_ then: ClipRecord, _ now: ClipRecord, path: String) throws(ClipComparisonError) {
    try then.check(against: now.subject.network, now.size, batch: now.batch, path: path)
    guard then.multiplyAdds == now.multiplyAdds else {
      throw ClipComparisonError(
        path: path, what: "another network", then: "\(then.multiplyAdds) multiply-adds", now: "\(now.multiplyAdds)",
        advice: "give the config and the overrides that it measured")
    }
    self.path = path
    self.then = then
    self.now = now
    let unknown = "unknown"
    differences = [
      Difference(name: "program", then: then.subject.program, now: now.subject.program),
      Difference(
        name: "processor", then: then.subject.processor ?? unknown, now: now.subject.processor ?? unknown),
      Difference(name: "precision", then: then.precision, now: now.precision),
      Difference(name: "kernels", then: then.kernels, now: now.kernels),
      Difference(name: "threads", then: "\(then.threads)", now: "\(now.threads)"),
      Difference(name: "runs", then: "\(then.runs)", now: "\(now.runs)"),
    ].filter { $0.then != $0.now }
    if let before = then.layers, let after = now.layers {
      layers = Self.pairs(before, after)
    } else {
      layers = nil
    }
  }

  /// Pairs each layer with the first of the same operation and output that has no partner yet.
  ///
  /// Precisions and versions may have layers that others have not, such as those that make integers.
  private static func pairs(_ then: [ClipRecord.Layer], _ now: [ClipRecord.Layer]) -> [LayerPair] {
    var waiting = Dictionary(grouping: then.indices.reversed()) { LayerName(then[$0]) }
    var result = now.map { layer in
      LayerPair(then: waiting[LayerName(layer)]?.popLast().map { then[$0] }, now: layer)
    }
    let left = Set(waiting.values.joined())
    result += then.indices.filter(left.contains).map { LayerPair(then: then[$0], now: nil) }
    // Sorting is stable: layers that changed alike keep the network's order.
    return result.sorted { abs($0.difference) > abs($1.difference) }
  }

  private struct LayerName: Hashable {
    let operation: String
    let output: String

    init(_ layer: ClipRecord.Layer) { (operation, output) = (layer.operation, layer.output) }
  }
}

// MARK: - What is printed

extension ClipComparison {
  public var text: String {
    let same =
      "the same network, size, precision, kernels, threads and runs, on the same processor, by the same version"
    let differing = differences.map { "\($0.name) \($0.then) then, \($0.now) now" }.joined(separator: "; ")
    let totals = [("best", then.best, now.best), ("median", then.median, now.median)].map { name, then, now in
      [name, fixed(then, 3), fixed(now, 3), fixed(then / now, 2)]
    }
    let table = TextTable(["", "then s", "now s", "then / now"], totals)
    return """
      compared with '\(path)'
      \(differing.isEmpty ? same : "what differs: " + differing)
      \(table.text)\(layerText)
      """
  }

  private var layerText: String {
    guard let layers else {
      let lacking =
        switch (then.layers, now.layers) {
        case (nil, nil): "neither run has"
        case (nil, _): "the earlier run does not have"
        default: "this run does not have"
        }
      return "layers are not compared: \(lacking) them -> measure both with --layers"
    }
    let rows = layers.map { pair in
      let either = pair.now ?? pair.then
      return [
        either?.operation ?? "", either?.output ?? "", pair.algorithm, milliseconds(pair.then?.seconds),
        milliseconds(pair.now?.seconds), milliseconds(pair.difference), pair.ratio.map { fixed($0, 2) } ?? "",
      ]
    }
    let titles = ["operation", "output (N x TxHxW x C)", "algorithm", "then ms", "now ms", "difference", "then / now"]
    return "layers, the largest differences first\n" + TextTable(titles, rows).text.dropLast()
  }

  private func milliseconds(_ seconds: Double?) -> String { seconds.map { fixed($0 * 1e3, 2) } ?? "" }

  public var json: JSONValue {
    func pair(_ then: Double?, _ now: Double?, _ ratio: Double?) -> [(String, JSONValue)] {
      [("then_seconds", JSONValue(then)), ("now_seconds", JSONValue(now)), ("then_over_now", JSONValue(ratio))]
    }
    var fields: [(String, JSONValue)] = [
      ("file", JSONValue(path)),
      (
        "differences",
        .array(
          differences.map {
            ["name": JSONValue($0.name), "then": JSONValue($0.then), "now": JSONValue($0.now)]
          })
      ),
      ("best", .object(pair(then.best, now.best, then.best / now.best))),
      ("median", .object(pair(then.median, now.median, then.median / now.median))),
    ]
    if let layers {
      let rows = layers.map { layer -> JSONValue in
        let either = layer.now ?? layer.then
        return .object(
          [
            ("operation", JSONValue(either?.operation ?? "")), ("output", JSONValue(either?.output ?? "")),
            ("then_algorithm", layer.then.map { JSONValue($0.algorithm) } ?? .null),
            ("now_algorithm", layer.now.map { JSONValue($0.algorithm) } ?? .null),
          ] + pair(layer.then?.seconds, layer.now?.seconds, layer.ratio))
      }
      fields.append(("layers", .array(rows)))
    }
    return .object(fields)
  }
}

extension ClipComparison.LayerPair {
  /// How many times as fast the layer is now; nil where it has no partner, or took no time.
  fileprivate var ratio: Double? {
    guard let then, let now, now.seconds > 0 else { return nil }
    return then.seconds / now.seconds
  }

  /// Both where they differ.
  fileprivate var algorithm: String {
    let names = [then?.algorithm, now?.algorithm].compactMap { $0 }
    return names.first == names.last ? names.first ?? "" : names.joined(separator: " > ")
  }
}

// MARK: - What cannot be compared

extension ClipRecord {
  /// Whether a measurement that is to be made can be compared with this one, as far as that is known before it.
  ///
  /// - Parameter path: The file of this one.
  /// - Throws: `ClipComparisonError` where it is of another network, or of clips of another size or number.
  public func check(against network: String, _ size: ImageSize, batch: Int, path: String) throws(ClipComparisonError) {
    func refuse(_ what: String, _ then: String, _ now: String, _ advice: String) -> ClipComparisonError {
      ClipComparisonError(path: path, what: what, then: then, now: now, advice: advice)
    }
    guard subject.network == network else {
      throw refuse("another network", subject.network, network, "give the config that it measured")
    }
    guard self.size == size else {
      let (then, now) = ("\(self.size.width)x\(self.size.height)", "\(size.width)x\(size.height)")
      throw refuse("clips of another size", then, now, "give --size \(then)")
    }
    guard self.batch == batch else {
      throw refuse("another number of clips together", "\(self.batch)", "\(batch)", "give --batch \(self.batch)")
    }
  }
}

/// Why two measurements cannot be compared: they are not of the same work.
public struct ClipComparisonError: Error, Equatable, CustomStringConvertible {
  let path: String
  let what: String
  let then: String
  let now: String
  let advice: String

  public var description: String {
    "comparing with '\(path)': it measured \(what): \(then) then, \(now) now -> \(advice), or the file of a measurement like "
      + "this one"
  }
}
