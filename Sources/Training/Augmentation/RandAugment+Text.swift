internal import Wording

extension RandAugment {
  /// Reads what `AUG.AA_TYPE` says, such as "rand-m7-n4-mstd0.5-inc1".
  ///
  /// After `rand`, in any order and separated by `-`: `m` and the magnitude (10), `n` and how many operations are drawn (2),
  /// `mstd` and the magnitude's standard deviation (0), `inc` and any digit for operations that grow stronger with the
  /// magnitude, `w0` for unequal probabilities. In PySlowFast `inc0` switches them on as well, and so it does here.
  ///
  /// - Parameter interpolation: `AUG.INTERPOLATION`.
  /// - Throws: `AugmentationError` for what is not understood; PySlowFast passes over it.
  public init(_ text: String, interpolation: String = "bicubic") throws(AugmentationError) {
    guard let interpolation = Interpolation(rawValue: interpolation) else {
      let names = Interpolation.allCases.map(\.rawValue)
      throw AugmentationError(
        doing: "reading AUG.INTERPOLATION", found: "'\(interpolation)', expected \(series(names, "or"))",
        advice: "set AUG.INTERPOLATION \(nearest(to: interpolation, among: names) ?? "bicubic")")
    }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    func fault(_ found: String, _ advice: String) -> AugmentationError {
      AugmentationError(doing: "reading AUG.AA_TYPE '\(text)'", found: found, advice: advice)
    }
    guard parts[0] == "rand" else {
      throw fault(
        "it begins with '\(parts[0])', expected 'rand': no other kind of automatic augmentation is known",
        "write it as rand-m7-n4-mstd0.5-inc1, or leave it empty for none")
    }
    self.init(operations: Self.standard, interpolation: interpolation)
    var seen: Set<String> = []
    for part in parts.dropFirst() {
      let name = String(part.prefix { !("0"..."9").contains($0) })
      let value = String(part.dropFirst(name.count))
      guard Self.settings.contains(where: { $0.name == name }) else {
        let known = Self.settings.map { "\($0.name) (\($0.meaning))" }
        let close = nearest(to: name, among: Self.settings.map(\.name)).map { ", or write '\($0)\(value)'" } ?? ""
        throw fault(
          "'\(part)' is no setting of it, expected a number after \(series(known, "or"))",
          "leave '\(part)' out\(close)")
      }
      if value.isEmpty { throw fault("'\(part)' has no number", "write it as \(name)\(Self.example(name))") }
      if !seen.insert(name).inserted { throw fault("'\(name)' is there twice", "leave one of them out") }
      switch name {
      case "mstd":
        guard let number = Double(value), number.isFinite else {
          throw fault("'\(value)' after 'mstd' is no number", "write it as mstd0.5")
        }
        deviation = number
      case "inc": operations = Self.increasing
      default:
        guard let number = Int(value) else {
          throw fault("'\(value)' after '\(name)' is no whole number", "write it as \(name)\(Self.example(name))")
        }
        switch name {
        case "m": magnitude = Double(number)
        case "n":
          guard number <= Self.most else {
            throw fault("'\(part)' draws \(number) operations, expected \(Self.most) at most", "write it as n4")
          }
          count = number
        default:
          guard number == 0 else {
            throw fault("'\(part)' names probabilities, of which there are w0 only", "write w0, or leave it out")
          }
          weights = Self.unequal
        }
      }
    }
    let most = weights?.count { $0 > 0 }
    if let most, count > most {
      throw fault(
        "n\(count) draws \(count) operations without putting them back, but w0 gives only \(most) a probability",
        "write n\(most) or less, or leave w0 out")
    }
  }

  private static let settings: [(name: String, meaning: String, example: String)] = [
    ("m", "magnitude", "7"), ("n", "operations", "4"),
    ("mstd", "standard deviation of the magnitude", "0.5"), ("inc", "increasing operations", "1"),
    ("w", "probabilities", "0"),
  ]

  /// Operations that one clip can be given: more is a slip of the pen.
  private static let most = 100

  private static func example(_ name: String) -> String { settings.first { $0.name == name }?.example ?? "" }

  /// What is drawn from without `inc`.
  static let standard: [PictureOperation] = [
    .autoContrast, .equalize, .invert, .rotate, .posterize, .solarize, .solarizeAdd, .colour, .contrast, .brightness,
    .sharpness, .shearX, .shearY, .translateXRelative, .translateYRelative,
  ]

  /// What is drawn from with `inc`.
  static let increasing: [PictureOperation] = [
    .autoContrast, .equalize, .invert, .rotate, .posterizeIncreasing, .solarizeIncreasing, .solarizeAdd,
    .colourIncreasing, .contrastIncreasing, .brightnessIncreasing, .sharpnessIncreasing, .shearX, .shearY,
    .translateXRelative, .translateYRelative,
  ]

  /// The probabilities of `w0`, in the order of both.
  static let unequal = [
    0.025, 0.005, 0, 0.3, 0, 0.005, 0.005, 0.025, 0.005, 0.005, 0.025, 0.2, 0.2, 0.1, 0.1,
  ]
}
