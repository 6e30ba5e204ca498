internal import Files
internal import Wording

/// The action classes of a data set: ids and names, in the order of their file.
public struct LabelMap: Sendable {
  /// A class: its id in rows, and its name.
  public struct Label: Equatable, Sendable {
    /// From 1 on; a network's score of it is column id - 1.
    public let id: Int
    /// As people read it.
    public let name: String
    /// AVA's kind of action ("PERSON_MOVEMENT"), where the file says it.
    public let type: String?

    /// Makes a class.
    public init(id: Int, name: String, type: String? = nil) {
      self.id = id
      self.name = name
      self.type = type
    }
  }

  /// Ids that a class may have: those of networks' scores, from 1 on. A larger one is more often a mistake than a class.
  public static let ids = 1...1_000_000

  /// The classes, in the order of their file.
  public let labels: [Label]
  private let positions: [Int: Int]

  /// - Throws: `LabelMapError.duplicateID` when two labels share an id.
  public init(_ labels: [Label]) throws(LabelMapError) {
    var positions: [Int: Int] = [:]
    for (position, label) in labels.enumerated() {
      if let first = positions.updateValue(position, forKey: label.id) {
        throw .duplicateID(label.id, labels[first].name, label.name)
      }
    }
    self.labels = labels
    self.positions = positions
  }

  /// Whether there is a class with this id.
  public func contains(_ id: Int) -> Bool { positions[id] != nil }

  /// The name of a class, nil for an unknown id.
  public func name(of id: Int) -> String? { positions[id].map { labels[$0].name } }

  /// The place of a class in `labels`, nil for an unknown id.
  public func position(of id: Int) -> Int? { positions[id] }

  /// Names that several classes share, in the order of the file, each with its ids ascending.
  public var sharedNames: [(name: String, ids: [Int])] {
    let ids = Dictionary(grouping: labels, by: \.name).mapValues { $0.map(\.id).sorted() }
    var said: Set<String> = []
    return labels.compactMap { label in
      guard let own = ids[label.name], own.count > 1, said.insert(label.name).inserted else { return nil }
      return (label.name, own)
    }
  }

  /// What may surprise whoever reads the names: "'stand' names 12, 61 and 80".
  public var notices: [String] {
    let shared = sharedNames.map { name, ids in
      "'\(name)' names \(ids.dropLast().map { "\($0)" }.joined(separator: ", ")) and \(ids[ids.count - 1])"
    }
    if shared.isEmpty { return [] }
    return ["label map: \(listed(shared)) -> give each class a name of its own: by name they cannot be told apart"]
  }

  /// The largest id, 0 where there are no labels.
  public var largestID: Int { labels.map(\.id).max() ?? 0 }
}

/// What can be wrong with labels that do not come from a file.
public enum LabelMapError: Error, Equatable, CustomStringConvertible {
  /// Two classes have one id.
  case duplicateID(Int, String, String)

  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .duplicateID(let id, let first, let second):
      "label map: id \(id) is both '\(first)' and '\(second)' -> give every class its own id"
    }
  }
}
