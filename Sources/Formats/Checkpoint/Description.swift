internal import Tensors
internal import Wording

/// Describes a file of weights in full: format, counts, guessed architecture with the overrides that it asks for, and
/// a line for every tensor.
public func describe(_ checkpoint: Checkpoint) -> String {
  var lines = summary(checkpoint)
  lines += guessed(ArchitectureGuess(checkpoint))
  lines += [""] + tensorTable(checkpoint)
  return lines.joined(separator: "\n")
}

private func summary(_ checkpoint: Checkpoint) -> [String] {
  let entries = checkpoint.entries
  let statistics = ["running_mean", "running_var", "num_batches_tracked"]
  let trained = entries.filter { entry in
    !statistics.contains { entry.name.hasSuffix($0) }
      && !(checkpoint.format == .caffe2 && isCaffe2TrainingBlob(entry.originalName))
  }
  var lines = [
    "file          \(checkpoint.path)",
    "format        \(checkpoint.format.rawValue)",
    "tensors       \(entries.count)",
    "parameters    \(grouped(trained.reduce(0) { $0 + $1.count })) (without batch norm statistics)",
    "number types  \(typeCounts(entries))",
  ]
  if let epoch = checkpoint.epoch { lines.append("epoch         \(epoch) (counted from 0)") }
  lines.append("configuration \(checkpoint.configText == nil ? "none in the file" : "in the file (cfg)")")
  lines += checkpoint.notices.map { "note          \($0)" }
  for item in checkpoint.otherItems.prefix(10) {
    lines.append("note          '\(printable(item.name))' is no tensor but \(item.found)")
  }
  let more = checkpoint.otherItems.count - 10
  if more > 0 {
    lines.append("note          \(counted(more, "more item is no tensor", plural: "more items are no tensors"))")
  }
  return lines
}

private func guessed(_ guess: ArchitectureGuess) -> [String] {
  guard let summary = guess.summary else { return ["architecture  none that this program knows"] }
  var lines = ["architecture  \(summary), by the tensors' names and shapes"]
  lines += guess.remarks.map { "note          \($0)" }
  if let (reason, advice) = guess.obstacle { return lines + ["note          \(reason) -> \(advice)"] }
  lines += ["", "overrides that suit these weights:"]
  return lines + guess.settings.map { "  \($0.key) \(quotedForShell($0.value))" }
}

private func tensorTable(_ checkpoint: Checkpoint) -> [String] {
  let width = min(checkpoint.entries.map { printable($0.name).count }.max() ?? 0, 80)
  return checkpoint.entries.map { entry in
    let name = printable(entry.name)
    let padding = String(repeating: " ", count: max(0, width - name.count))
    let origin = entry.name == entry.originalName ? "" : "  from \(printable(entry.originalName))"
    return "\(name)\(padding)  \(entry.dtype)  \(describe(shape: entry.shape))\(origin)"
  }
}

private func typeCounts(_ entries: [Checkpoint.Entry]) -> String {
  let counts = Dictionary(grouping: entries, by: \.dtype).mapValues(\.count)
  let parts = ElementType.allCases.compactMap { type in counts[type].map { "\(type) \($0)" } }
  return parts.isEmpty ? "none" : parts.joined(separator: ", ")
}

private func quotedForShell(_ value: String) -> String { value.contains(" ") ? "\"\(value)\"" : value }
