internal import Checkpoint
internal import Wording

extension RCNNPreset {
  /// What data sets call a person.
  private static let personNames: Set = ["person", "persons", "people", "pedestrian", "human"]

  /// Finds the class of people by the names that a file gives its classes. Where none is one, or the names are not the network's, the
  /// first class stays, and a notice says so.
  ///
  /// - Parameters:
  ///   - names: In the order of the network's outputs; empty where the file has none.
  ///   - classes: How many the network tells apart.
  mutating func findPerson(in names: [String], classes: Int) {
    if names.isEmpty { return }
    if names.count != classes {
      notices.append(
        "the file has \(counted(names.count, "name")) for \(counted(classes, "class", plural: "classes")): class 0 is taken for people"
      )
    } else if let place = names.firstIndex(where: { Self.personNames.contains($0.lowercased()) }) {
      personClass = place
    } else {
      notices.append(
        "none of the file's classes is called a person: \(listed(names.map { printable($0, limit: 30) }, limit: 10)) -> boxes of "
          + "'\(printable(names[0], limit: 30))', class 0, are taken for people's; give a detector of people, or say which class: "
          + "slowfast people --class NUMBER")
    }
  }
}
