internal import Overlay
internal import Wording

/// The curves of a training over its epochs: loss, learning rate, and what validations found.
public struct TrainingCurves {
  let title: String
  let entries: [LogEntry]
  private let comparesAll: Bool

  /// - Parameters:
  ///   - entries: What the log has, the oldest first.
  ///   - comparesAll: Whether all validations judge the same, so that one that could not read everything may be the best.
  public init(title: String, entries: [LogEntry], comparesAll: Bool = false) {
    self.title = title
    self.entries = entries
    self.comparesAll = comparesAll
  }

  /// How many epochs there will be.
  var epochs: Int { entries.last { $0.position != nil }?.position?.epochs ?? 0 }

  /// The charts that have something to show.
  var charts: [CurveChart] {
    let loss = points(Metric.loss, [.trainIteration])
    let isLong = loss.count > 40
    let lossCurves = [
      Curve(name: "median of some iterations", points: loss, look: isLong ? .pale : .plain, color: 0),
      Curve(name: "smoothed", points: isLong ? smoothed(loss) : [], look: .plain, color: 0),
      Curve(name: "mean of the epoch", points: points(Metric.loss, [.trainEpoch]), look: .dotted, color: 1),
    ]
    let rate = Curve(
      name: "learning rate", points: points(Metric.learningRate, [.trainIteration, .trainEpoch]), look: .plain, color: 0
    )
    let map = Curve(name: "mAP", points: points(Metric.map, [.valEpoch]), look: .dotted, color: 0)
    let errors = [
      Curve(name: "top-1", points: points(Metric.top1Error, [.valEpoch]), look: .dotted, color: 0),
      Curve(name: "top-5", points: points(Metric.top5Error, [.valEpoch]), look: .dotted, color: 1),
      Curve(
        name: "top-1 of training", points: points(Metric.top1Error, [.trainEpoch]), look: .pale, color: 0),
    ]
    let hasValidation = !errors[0].points.isEmpty
    return [
      CurveChart(title: "Loss", epochs: epochs, curves: lossCurves),
      CurveChart(title: "Validation: mean average precision", epochs: epochs, curves: [map]),
      hasValidation ? CurveChart(title: "Validation: errors in percent", epochs: epochs, curves: errors) : nil,
      CurveChart(title: "Learning rate", epochs: epochs, curves: [rate]),
    ].compactMap { $0 }
  }

  private func points(_ name: String, _ kinds: Set<LogEntry.Kind>) -> [Point] {
    entries.compactMap { entry in
      guard kinds.contains(entry.kind), let position = entry.position, let value = entry[name] else { return nil }
      // An epoch's values are those of its end, whatever it was counted in.
      let isWhole = entry.kind == .trainEpoch || entry.kind == .valEpoch
      return Point(isWhole ? Double(position.epoch + 1) : position.epochsDone, value)
    }
  }

  /// What there is to know at a glance.
  var headline: String {
    let all = entries.filter { $0.kind == .valEpoch }
    // What is lacking makes other numbers.
    let validations = comparesAll ? all : all.filter { !$0.isPartial }
    var parts: [String] = []
    if let last = entries.last(where: { $0.kind == .trainEpoch }), let position = last.position {
      parts.append("\(position.epoch + 1) of \(position.epochs) epochs done")
    }
    if let best = validations.max(by: { ($0[Metric.map] ?? -1) < ($1[Metric.map] ?? -1) }),
      let map = best[Metric.map], let position = best.position
    {
      parts.append("best mAP \(rateText(map)) after epoch \(position.epoch + 1)")
    }
    if let best = validations.min(by: { ($0[Metric.top1Error] ?? 101) < ($1[Metric.top1Error] ?? 101) }),
      let error = best[Metric.top1Error], let position = best.position
    {
      parts.append("least top-1 error \(rateText(error)) % after epoch \(position.epoch + 1)")
    }
    let lacking = all.filter(\.isPartial)
    if let last = lacking.last, let position = last.position, let unreadable = last[Metric.unreadable] {
      let judged = last[Metric.judged] ?? 0
      parts.append(
        "\(counted(lacking.count, "validation")) could not read everything (\(fixed(unreadable, 0)) of "
          + "\(fixed(unreadable + judged, 0)) missing after epoch \(position.epoch + 1))"
          + (comparesAll ? "" : " and \(lacking.count == 1 ? "does" : "do") not count as best"))
    }
    return parts.isEmpty ? "No epoch is done yet" : parts.joined(separator: ", ")
  }
}
