public import ArgumentParser
internal import Configuration
public import Ensembles
public import Inference
internal import Wording

/// How the boxes and scores of several models become one.
struct FusionOptions: ParsableArguments {
  @Option(help: "How scores become one: mean, logit_mean (the sigmoid of the mean logit) or max.")
  var fusion: ViewFusion = .mean

  @Option(
    help: ArgumentHelp(
      "How much each model counts in the mean, such as 1,2,1 (default: all alike, as the challenge's winner averaged).",
      valueName: "w,w,..."))
  var modelWeights: String?

  @Option(help: ArgumentHelp("The least IoU of boxes that are one person.", valueName: "iou"))
  var iou = 0.75

  @Option(
    help: """
      What becomes of a box that not every model has: keep (the score of the models that have it, times their share of \
      the weights), drop or error.
      """)
  var unmatched: Ensemble.Unmatched = .keep

  func validate() throws {
    if !(iou > 0 && iou <= 1) {
      throw ValidationError("--iou is \(iou), expected more than 0 and at most 1 -> 0.75 is usual")
    }
    if let modelWeights {
      _ = try Self.weights(modelWeights)
      if fusion == .max {
        throw ValidationError("--fusion max takes the greatest score, and no --model-weights -> give one of them")
      }
    }
  }

  private static func weights(_ text: String) throws -> [Double] {
    let weights = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    let numbers = weights.compactMap(\.self)
    guard numbers.count == weights.count, numbers.allSatisfy({ $0 >= 0 && $0 <= EnsembleFile.greatestWeight }),
      numbers.contains(where: { $0 > 0 })
    else {
      throw ValidationError(
        "--model-weights is '\(text)', expected numbers from 0 to \(Int(EnsembleFile.greatestWeight)), one above 0, commas between -> write such as 1,2,1"
      )
    }
    return numbers
  }

  /// Matches the boxes of the sources, and says what they are, how they become one and what does not match.
  func ensemble(of sources: EnsembleSources) throws -> (Ensemble, ModelFusion) {
    for line in sources.descriptions { Console.say(line) }
    for line in sources.notices { Console.warn(line) }
    let count = sources.members.count
    var weights = Array(repeating: 1.0, count: count)
    if let modelWeights {
      weights = try Self.weights(modelWeights)
      if weights.count != count { throw WrongWeights(weights: weights.count, models: count) }
    }
    let ensemble = try Ensemble(sources.members, labelMap: sources.labelMap, matcher: BoxMatcher(threshold: iou))
    if count > 1 {
      let moved = ensemble.movedCount
      let how = modelWeights.map { ", weights \($0)" } ?? ""
      Console.say(
        "\(counted(count, "model")): \(fusion.rawValue) of their scores\(how); "
          + "\(counted(ensemble.boxCount, "box", plural: "boxes")), \(moved) of them matched by IoU from \(iou) on")
    }
    for notice in ensemble.notices(unmatched) { Console.warn(notice) }
    return (ensemble, ModelFusion(fusion, weights: weights))
  }
}

extension ViewFusion: ExpressibleByArgument {}
extension Ensemble.Unmatched: ExpressibleByArgument {}

private struct WrongWeights: Error, CustomStringConvertible {
  let weights: Int
  let models: Int

  var description: String {
    "making an ensemble: --model-weights has \(counted(weights, "weight")), there are \(counted(models, "model")) -> give one for "
      + "each, in the order of the call (a CSV and the array of its scores are one)"
  }
}
