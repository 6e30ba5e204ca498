internal import BoxFiles
internal import Wording

/// Which boxes of a file are people to score.
struct PersonClasses {
  /// What files call a person.
  static let names: Set = ["person", "persons", "people", "pedestrian", "human"]

  /// The numbers of the records that are, in order.
  let chosen: [Int]
  /// How many boxes there are of each other class, most first.
  let others: [(name: String, count: Int)]

  /// - Parameter wanted: Names or numbers, or "all"; empty for people by the format's convention.
  /// - Throws: `ProposalError` where no box is left, or classes cannot be told.
  init(_ file: BoxFile, wanted: [String]) throws(ProposalError) {
    let records = file.records
    let hasClass = records.contains { $0.classNumber != nil || $0.className != nil }
    if !hasClass && !wanted.isEmpty && wanted != ["all"] { throw .noClasses(path: file.path) }
    var counts: [String: Int] = [:]
    let isUnknown =
      wanted.isEmpty && file.personNumber == nil && file.classNames.isEmpty
      && records.contains { $0.classNumber != nil }
      && Set(records.compactMap(\.classNumber)).count > 1
    let texts = Set(wanted.map { $0.lowercased() })
    var chosen: [Int] = []
    var all: [String: Int] = [:]
    for (index, record) in records.enumerated() {
      let name = file.className(of: record)
      let isChosen: Bool
      if texts.contains("all") || name == nil && wanted.isEmpty {
        isChosen = true
      } else if wanted.isEmpty {
        isChosen = Self.isPerson(record, name, file)
      } else {
        isChosen =
          name.map { texts.contains($0.lowercased()) } ?? false
          || record.classNumber.map { texts.contains("\($0)") } ?? false
      }
      all[name ?? "without a class", default: 0] += 1
      if isChosen { chosen.append(index) } else { counts[name ?? "without a class", default: 0] += 1 }
    }
    if isUnknown {
      throw .unknownPerson(path: file.path, classes: Self.ordered(all).map { "\($0.name) (\($0.count))" })
    }
    self.chosen = chosen
    others = Self.ordered(counts)
    if chosen.isEmpty, !records.isEmpty {
      throw .noPerson(path: file.path, wanted: wanted, classes: others.map { "\($0.name) (\($0.count))" })
    }
  }

  private static func isPerson(_ record: BoxRecord, _ name: String?, _ file: BoxFile) -> Bool {
    if record.className == nil, let number = record.classNumber, file.classNames[number] == nil {
      // A single number that nothing explains is what was asked for.
      return file.personNumber.map { $0 == number } ?? file.classNames.isEmpty
    }
    if let number = record.classNumber, number == file.personNumber { return true }
    return name.map { names.contains($0.lowercased()) } ?? false
  }

  private static func ordered(_ counts: [String: Int]) -> [(name: String, count: Int)] {
    counts.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map { (name: $0.0, count: $0.1) }
  }
}
