internal import AVARecords
internal import Configuration
internal import Datasets
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
  func notices(against config: Configuration, _ dataset: ActionDataset, path: String) -> [String] {
    let classes = config[.modelNumClasses]
    // Of a data set that does not say how its classes are called nothing can be said.
    if dataset.classNames.count == 0 { return notices }
    return notices + contradictions(classes, dataset, path) + unnamed(classes, dataset, path)
  }

  private func hasNames(of dataset: ActionDataset) -> Bool {
    labels.allSatisfy { dataset.classNames.isName($0.name, of: $0.id) }
  }

  /// Names that the data set gives to other classes, or that are none of its own, where the network may be one for it.
  private func contradictions(_ classes: Int, _ dataset: ActionDataset, _ path: String) -> [String] {
    let names = dataset.classNames
    if classes != names.count || hasNames(of: dataset) { return [] }
    let moved = labels.filter { !names.isName($0.name, of: $0.id) && !names.ids(of: $0.name).isEmpty }
    let isForeign = labels.count < names.count / 2 && !labels.contains { names.isName($0.name, of: $0.id) }
    let doubtful = moved.isEmpty && isForeign ? labels : moved
    if doubtful.isEmpty { return [] }
    let examples = doubtful.map { label in
      let others = names.ids(of: label.name).map { "\($0)" }
      let place = others.isEmpty ? "" : " (\(others.joined(separator: " or ")) there)"
      return "\(label.id) is '\(names.name(of: label.id) ?? "")' and not '\(label.name)'\(place)"
    }
    return [
      "label map '\(path)': in \(dataset.name)'s networks of \(classes) classes \(listed(examples, limit: 3)) -> ids are the "
        + "network's columns, counted from 1: correct them, unless the network was trained with these"
    ]
  }

  /// Columns of the network that no label names. AVA's list of the challenge leaves out 20 of 80, and whoever picks
  /// some of a data set's classes by their right names means it.
  private func unnamed(_ classes: Int, _ dataset: ActionDataset, _ path: String) -> [String] {
    let count = classes - labels.count
    if count <= 0 { return [] }
    let isChallengeList = dataset.scoredClasses == Set(labels.map(\.id))
    if classes == dataset.classNames.count, hasNames(of: dataset) || isChallengeList { return [] }
    let text =
      "\(count) of the network's \(classes) classes (MODEL.NUM_CLASSES) are not in the label map '\(path)' and become no "
      + "rows"
    guard classes != dataset.classNames.count, hasNames(of: dataset) else {
      return ["\(text) -> add those that you want to see"]
    }
    return [
      "\(text), and its names are \(dataset.name)'s, whose networks have \(dataset.classNames.count) classes: other weights? "
        + "-> give the network's own label map, or an \(dataset.name) config and its weights"
    ]
  }
}
