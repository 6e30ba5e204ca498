internal import Wording

extension TrainMeter {
  /// Where the training stands, on one line for people.
  ///
  ///     epoch 3/20  iteration 40/118  loss 0.2314 (median)  lr 0.0125  clips/s 5.3  data wait 2 %  left 1 h 12 min
  ///
  /// What is not known yet is left out.
  public func progressLine(_ position: TrainingPosition) -> String {
    var parts = [
      "epoch \(position.epoch + 1)/\(position.epochs)", "iteration \(position.iteration + 1)/\(position.iterations)",
    ]
    if let median = loss.median { parts.append("loss \(fixed(median, 4)) (median)") }
    if let learningRate { parts.append("lr \(rateText(learningRate))") }
    if let clipsPerSecond { parts.append("clips/s \(fixed(clipsPerSecond, clipsPerSecond < 10 ? 1 : 0))") }
    if let dataShare { parts.append("data wait \(fixed(100 * dataShare, 0)) %") }
    if let left = secondsLeft(position) { parts.append("left \(duration(left))") }
    return parts.joined(separator: "  ")
  }
}

/// A learning rate in at most four digits: "0.0125", "1.25e-06".
func rateText(_ rate: Double) -> String {
  if rate == 0 { return "0" }
  guard rate.isFinite, abs(rate) >= 1e-4, abs(rate) < 1000 else { return shortened(scientific(rate, 3)) }
  var decimals = 3
  var limit = 1.0
  while abs(rate) < limit {
    decimals += 1
    limit /= 10
  }
  return shortened(fixed(rate, decimals))
}

/// A number without the zeros that end its decimals.
private func shortened(_ text: String) -> String {
  let parts = text.split(separator: "e", maxSplits: 1)
  guard var digits = parts.first, digits.contains(".") else { return text }
  while digits.last == "0" { digits.removeLast() }
  if digits.last == "." { digits.removeLast() }
  return digits + (parts.count > 1 ? "e" + parts[1] : "")
}
