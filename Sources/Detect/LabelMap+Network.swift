internal import AVARecords
internal import Configuration
internal import Wording

/// A label map beside the network whose columns it names.
extension LabelMap {
  /// The label map may name fewer classes than the network scores (60 of 80), never others.
  func check(against config: Configuration, path: String) throws {
    let classes = config[.modelNumClasses]
    for label in labels where !(1...max(1, classes)).contains(label.id) {
      throw AVATestError.classOutOfRange(path: path, id: label.id, classes: classes)
    }
  }

  /// What may surprise: names that several classes share or that are not those of AVA's networks, and columns of the
  /// network that have no name.
  func notices(against config: Configuration, path: String) -> [String] {
    let classes = config[.modelNumClasses]
    return notices + contradictions(classes, path) + unnamed(classes, path)
  }

  private var hasAVAsNames: Bool { labels.allSatisfy { AVAClasses.isName($0.name, of: $0.id) } }

  /// Names that AVA gives to other classes, or that are none of AVA's, where the network may be AVA's.
  private func contradictions(_ classes: Int, _ path: String) -> [String] {
    if classes != AVAClasses.count || hasAVAsNames { return [] }
    let moved = labels.filter { !AVAClasses.isName($0.name, of: $0.id) && !AVAClasses.ids(of: $0.name).isEmpty }
    let isForeign = labels.count < AVAClasses.count / 2 && !labels.contains { AVAClasses.isName($0.name, of: $0.id) }
    let doubtful = moved.isEmpty && isForeign ? labels : moved
    if doubtful.isEmpty { return [] }
    let examples = doubtful.map { label in
      let others = AVAClasses.ids(of: label.name).map { "\($0)" }
      let place = others.isEmpty ? "" : " (\(others.joined(separator: " or ")) there)"
      return "\(label.id) is '\(AVAClasses.name(of: label.id) ?? "")' and not '\(label.name)'\(place)"
    }
    return [
      "label map '\(path)': in AVA's networks of \(classes) classes \(listed(examples, limit: 3)) -> ids are the "
        + "network's columns, counted from 1: correct them, unless the network was trained with these"
    ]
  }

  /// Columns of the network that no label names. AVA's list of the challenge leaves out 20 of 80, and whoever picks
  /// some of AVA's classes by their right names means it.
  private func unnamed(_ classes: Int, _ path: String) -> [String] {
    let count = classes - labels.count
    if count <= 0 { return [] }
    let isChallengeList = Set(labels.map(\.id)) == Set(1...AVAClasses.count).subtracting(AVAClasses.unscored)
    if classes == AVAClasses.count, hasAVAsNames || isChallengeList { return [] }
    let text =
      "\(count) of the network's \(classes) classes (MODEL.NUM_CLASSES) are not in the label map '\(path)' and become no "
      + "rows"
    guard classes != AVAClasses.count, hasAVAsNames else { return ["\(text) -> add those that you want to see"] }
    return [
      "\(text), and its names are AVA's, whose networks have \(AVAClasses.count) classes: other weights? -> give the "
        + "network's own label map, or an AVA config and its weights"
    ]
  }
}
