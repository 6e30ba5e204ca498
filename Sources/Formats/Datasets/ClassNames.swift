/// The names of a data set's classes, whose ids count from 1: facts for comparing label maps with.
public struct ClassNames: Equatable, Sendable {
  private let names: [String]
  private let idsOfWords: [String: [Int]]

  /// - Parameter names: In the order of their ids.
  public init(_ names: [String]) {
    self.names = names
    var ids: [String: [Int]] = [:]
    for (index, name) in names.enumerated() {
      let main = mainWords(name)
      for spelling in Set([words(name), main] + main.split(separator: "/").map(String.init)) {
        ids[spelling, default: []].append(index + 1)
      }
    }
    idsOfWords = ids
  }

  /// How many there are; a network trained on the data set has as many outputs.
  public var count: Int { names.count }

  /// The name of a class by its id, from 1 on; nil for another id.
  public func name(of id: Int) -> String? { names.indices.contains(id - 1) ? names[id - 1] : nil }

  /// Whether a name is that of this id, in full ("run/jog"), in part ("run") or in other letters ("Run_Jog").
  public func isName(_ name: String, of id: Int) -> Bool { ids(of: name).contains(id) }

  /// The ids whose class is called so, in full or in part, ascending.
  public func ids(of name: String) -> [Int] { idsOfWords[words(name)] ?? idsOfWords[mainWords(name)] ?? [] }
}

/// A name in small letters, whatever separates its words.
private func words(_ name: String) -> String {
  name.lowercased().split { $0.isWhitespace || $0 == "_" || $0 == "-" }.joined(separator: " ")
}

/// A name without what stands in brackets.
private func mainWords(_ name: String) -> String { words(String(name.prefix { $0 != "(" })) }
