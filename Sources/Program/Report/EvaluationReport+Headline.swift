internal import AVAEval
internal import Wording

extension EvaluationReport {
  /// What a reader should take away before any number: what makes the numbers worthless first, then where most is lost.
  var headline: HTML {
    let sentences = [silence, mistakes, mainLoss].compactMap(\.self).prefix(2)
    return sentences.isEmpty ? "" : "<p class=\"headline\">\(sentences.joined(by: " "))</p>\n"
  }

  /// Classes that nothing was found of, which is rarely what a model does.
  private var silence: HTML? {
    let counting = explanation.classes.filter { $0.result.groundTruthCount > 0 }
    if counting.isEmpty { return "No ground truth counts, so there is no mAP." }
    let silent = counting.filter { $0.result.detectionCount == 0 }
    if silent.isEmpty { return nil }
    if silent.count == counting.count { return "No class has any detection." }
    return """
      \(silent.count) of \(counted(counting.count, "class", plural: "classes")) \(silent.count == 1 ? "has" : "have") \
      \(explanation.evaluation.absence): \(listed(silent.map(\.result.name), limit: 3)).
      """
  }

  private var mistakes: HTML? {
    let faults = findings.filter(\.isFault)
    guard let first = faults.first else { return nil }
    let more: HTML = faults.count > 1 ? " and \(counted(faults.count - 1, "more mistake"))" : ""
    return "The <a href=\"#audit\">audit</a> found a mistake: \(first.text)\(more)."
  }

  private var mainLoss: HTML? {
    guard let mAP = explanation.evaluation.mAP,
      let worst = explanation.errors.max(by: { ($0.loss ?? 0) < ($1.loss ?? 0) }), let loss = worst.loss, loss > 0
    else { return nil }
    return "Of the \(figure(1 - mAP)) missing to a perfect mAP, “\(worst.kind.title)” costs most: \(figure(loss))."
  }
}
