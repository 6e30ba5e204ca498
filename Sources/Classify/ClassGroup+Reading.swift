public import ClassificationEval
internal import Files
internal import JSON

extension ClassGroup {
  /// Reads PySlowFast's file of parent classes (`TENSORBOARD.CATEGORIES_PATH`): a JSON object of a list for each group, of
  /// names of classes, or of their numbers.
  ///
  /// - Parameter names: Of every class; empty where groups have numbers.
  /// - Throws: `FileError`, `GroupError`.
  public static func read(path: String, names: [String], classes: Int) throws -> [ClassGroup] {
    let bytes = try readFile(path, doing: "reading the groups of classes")
    func fault(_ found: String) -> GroupError { GroupError(path: path, found: found) }
    let value: JSONValue
    do { value = try JSONReader.read(bytes) } catch { throw fault("\(error)") }
    guard case .object(let members) = value else { throw fault("expected an object of lists") }
    let numbers = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return try members.map { member in
      guard case .array(let items) = member.value else { throw fault("group '\(member.name)' is no list") }
      let labels = try items.map { item -> Int in
        switch item {
        case .number(let number):
          guard let label = number.int, (0..<classes).contains(label) else {
            throw fault("group '\(member.name)' has class \(number.text), and there are scores of 0 to \(classes - 1)")
          }
          return label
        case .string(let name):
          guard let label = numbers[name] else {
            throw fault(
              names.isEmpty
                ? "group '\(member.name)' has names of classes: give these too"
                : "group '\(member.name)' has '\(name)', which is no class")
          }
          return label
        default: throw fault("group '\(member.name)' has something that is no class")
        }
      }
      return ClassGroup(name: member.name, labels: labels)
    }
  }
}

/// What is wrong with a file of groups.
public struct GroupError: Error, Equatable, CustomStringConvertible {
  let path: String
  let found: String

  public var description: String {
    "reading the groups of classes: '\(path)': \(found) -> write {\"group\": [\"class\", ...]}, as PySlowFast's "
      + "TENSORBOARD.CATEGORIES_PATH has it, with names of classes or their numbers"
  }
}
