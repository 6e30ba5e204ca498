internal import Wording

/// The classes that a call names, by their names or ids.
public struct ClassChoice: Sendable {
  /// A text that names no class.
  public struct Failure: Error, Equatable, CustomStringConvertible {
    public let description: String
  }

  private let classes: [(id: Int, name: String)]

  /// - Parameter classes: All that there are.
  public init(_ classes: [(id: Int, name: String)]) { self.classes = classes }

  /// Reads a list of classes: names, names without what stands in brackets, or ids.
  ///
  /// - Parameters:
  ///   - text: Between commas that stand in no brackets, or one a line; lines that begin with # are left out.
  ///   - option: What errors call it.
  /// - Returns: The classes' names.
  public func names(in text: String, _ option: String) throws(Failure) -> Set<String> {
    var names: Set<String> = []
    for item in Self.items(of: text) { names.formUnion(try named(item, option)) }
    if names.isEmpty {
      throw Failure(description: "\(option): no class is named -> give names or ids, as 'stand,walk'")
    }
    return names
  }

  /// Reads thresholds, `name=score` each, separated as a list of classes is.
  ///
  /// - Returns: By the classes' names, from 0 to 1.
  public func thresholds(in text: String, _ option: String) throws(Failure) -> [String: Double] {
    var thresholds: [String: Double] = [:]
    for item in Self.items(of: text) {
      guard let sign = item.lastIndex(of: "="), let score = Double(Self.trimmed(item[item.index(after: sign)...])),
        score.isFinite
      else {
        throw Failure(
          description: "\(option): expected a class, '=' and a score, found '\(item)' -> write 'stand=0.6,walk=0.4'")
      }
      if !(0...1 ~= score) {
        throw Failure(
          description: "\(option): expected a score from 0 to 1, found '\(item)' -> percent are divided by 100")
      }
      for name in try named(Self.trimmed(item[..<sign]), option) {
        if thresholds.updateValue(score, forKey: name) != nil {
          throw Failure(description: "\(option): '\(name)' has two thresholds -> leave one of them out")
        }
      }
    }
    if thresholds.isEmpty {
      throw Failure(description: "\(option): no threshold is given -> write 'stand=0.6,walk=0.4'")
    }
    return thresholds
  }

  private func named(_ text: String, _ option: String) throws(Failure) -> [String] {
    let wanted = text.lowercased()
    let exact = classes.filter { $0.name.lowercased() == wanted || "\($0.id)" == text }
    let found = exact.isEmpty ? classes.filter { briefName($0.name).lowercased() == wanted } : exact
    if !found.isEmpty { return found.map(\.name) }
    let near = nearest(to: text, among: classes.map(\.name) + classes.map { briefName($0.name) })
    throw Failure(
      description: "\(option): no class is called '\(text)' -> "
        + (near.map { "did you mean '\($0)'?" }
          ?? "the classes are \(listed(classes.map { "\($0.id) \($0.name)" }, limit: 12))"))
  }

  private static func items(of text: String) -> [String] {
    var items = [""]
    for line in text.split(whereSeparator: \.isNewline) where !trimmed(line).hasPrefix("#") {
      var depth = 0
      for character in line {
        if character == "(" { depth += 1 }
        if character == ")" { depth -= 1 }
        if character == "," && depth <= 0 { items.append("") } else { items[items.count - 1].append(character) }
      }
      items.append("")
    }
    return items.map { trimmed($0) }.filter { !$0.isEmpty }
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    var rest = Substring(text)
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
