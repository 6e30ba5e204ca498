/// The names of a network's classes, which count from 0.
public struct ClassLabels: Sendable, Equatable {
  /// A class with its name, and where the file says so.
  struct Entry: Equatable {
    var id: Int
    var name: String
    /// Counted from 1; nil where it is not known.
    var line: Int?
  }

  private let names: [Int: String]
  /// What the user should know of the names.
  public let notices: [String]

  /// Classes that are called by their numbers.
  public static let unnamed = ClassLabels(names: [:], notices: [])

  private init(names: [Int: String], notices: [String]) { (self.names, self.notices) = (names, notices) }

  /// The name of a class; "class 17" where it has none.
  public func name(of id: Int) -> String { names[id] ?? "class \(id)" }

  /// Takes the names that a file gives.
  ///
  /// - Parameters:
  ///   - classes: How many classes the network scores.
  ///   - locate: Finds the line of a name that does not know its own.
  /// - Throws: `ClassLabelsError` for ids that are repeated or that the network does not have.
  init(
    _ entries: [Entry], classes: Int, path: String, notices: [String] = [], locate: (String) -> Int? = { _ in nil }
  ) throws(ClassLabelsError) {
    var notices = notices
    var entries = entries
    if entries.isEmpty { throw .empty(path: path) }
    let ids = entries.map(\.id)
    if ids.min() == 1, ids.max() == classes {
      // The last of them is none of the network's, so they cannot count from 0.
      for place in entries.indices { entries[place].id -= 1 }
      notices.append("the classes of '\(path)' count from 1: '\(entries.min { $0.id < $1.id }!.name)' is class 0")
    }
    var names: [Int: String] = [:]
    for entry in entries {
      if let other = names.updateValue(entry.name, forKey: entry.id) {
        throw .line(
          path: path, number: entry.line ?? locate(entry.name),
          found: "class \(entry.id) is '\(other)' and '\(entry.name)'",
          advice: "give each class one name")
      }
      if !(0..<classes).contains(entry.id) {
        throw .line(
          path: path, number: entry.line ?? locate(entry.name),
          found: "'\(entry.name)' is class \(entry.id), and the network scores classes 0 to \(classes - 1) "
            + "(MODEL.NUM_CLASSES)",
          advice: "give the names of the data set that the weights are of, or set MODEL.NUM_CLASSES to that of the "
            + "weights")
      }
    }
    if names.count < classes {
      notices.append(
        "'\(path)' names \(names.count) of the network's \(classes) classes (MODEL.NUM_CLASSES), the others are called by "
          + "their numbers -> if it is of another data set than the weights, give that of the weights")
    }
    let shared = Dictionary(grouping: names.keys, by: { names[$0]! }).filter { $0.value.count > 1 }
    if let first = shared.min(by: { $0.value.min()! < $1.value.min()! }) {
      let ids = first.value.sorted().map(String.init)
      notices.append(
        "'\(path)': '\(first.key)' names classes \(ids.dropLast().joined(separator: ", ")) and \(ids.last!)"
          + (shared.count > 1 ? ", and \(shared.count - 1) more names are shared" : "")
          + " -> tell them apart by their numbers, in CSV and JSON")
    }
    self.init(names: names, notices: notices)
  }
}

/// What is wrong with a file of class names.
public enum ClassLabelsError: Error, Equatable, CustomStringConvertible {
  case line(path: String, number: Int?, found: String, advice: String)
  case empty(path: String)

  public var description: String {
    switch self {
    case .line(let path, let number, let found, let advice):
      "\(ClassLabels.doing): '\(path)'\(number.map { ", line \($0)" } ?? ""): \(found) -> \(advice)"
    case .empty(let path):
      "\(ClassLabels.doing): '\(path)' names no class -> write a name a line, in the order of the classes, or JSON such as "
        + "{\"walking\": 0, \"running\": 1}"
    }
  }
}
