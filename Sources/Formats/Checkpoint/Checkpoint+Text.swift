internal import Tensors
internal import Wording

// What a file holds, in words.

extension Checkpoint {
  /// Format, counts, and what is worth noting of the file, a line each.
  public var summaryLines: [String] {
    let trained = entries.filter { !isStatistic($0.name) && !$0.isOfTraining }
    var lines = [
      "file          \(path)",
      "format        \(format.rawValue)",
      "tensors       \(entries.count)",
      "parameters    \(grouped(trained.reduce(0) { $0 + $1.count })) (without batch norm statistics)",
      "number types  \(typeCounts(entries))",
    ]
    if let epoch { lines.append("epoch         \(epoch) (counted from 0)") }
    lines.append("configuration \(configText == nil ? "none in the file" : "in the file (cfg)")")
    lines += notices.map { "note          \($0)" }
    for item in otherItems.prefix(10) {
      lines.append("note          '\(printable(item.name))' is no tensor but \(item.found)")
    }
    let more = otherItems.count - 10
    if more > 0 {
      lines.append("note          \(counted(more, "more item is no tensor", plural: "more items are no tensors"))")
    }
    return lines
  }

  /// Every tensor with its type and shape, a line each.
  public var tensorLines: [String] {
    let width = min(entries.map { printable($0.name).count }.max() ?? 0, 80)
    return entries.map { entry in
      let name = printable(entry.name)
      let padding = String(repeating: " ", count: max(0, width - name.count))
      let origin = entry.name == entry.originalName ? "" : "  from \(printable(entry.originalName))"
      return "\(name)\(padding)  \(entry.dtype)  \(describe(shape: entry.shape))\(origin)"
    }
  }
}

private func typeCounts(_ entries: [Checkpoint.Entry]) -> String {
  let counts = Dictionary(grouping: entries, by: \.dtype).mapValues(\.count)
  let parts = ElementType.allCases.compactMap { type in counts[type].map { "\(type) \($0)" } }
  return parts.isEmpty ? "none" : parts.joined(separator: ", ")
}
