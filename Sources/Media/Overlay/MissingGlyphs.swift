internal import Wording

/// Characters that cannot be drawn, because no installed font has them.
public struct MissingGlyphs: Equatable, CustomStringConvertible {
  /// Each once, in the order of their appearance.
  public let characters: [Character]

  /// - Parameter characters: At least one.
  public init(characters: [Character]) { self.characters = characters }

  /// What is missing of the texts; nil where everything can be drawn.
  public init?(in texts: some Sequence<String>) {
    var characters: [Character] = []
    for text in texts {
      for character in Canvas.printable(text)
      where character.unicodeScalars.contains(where: FontChain.installed.lacks) && !characters.contains(character) {
        characters.append(character)
      }
    }
    if characters.isEmpty { return nil }
    self.init(characters: characters)
  }

  /// Debian's packages with fonts for them.
  public var packages: [String] {
    var packages: [String] = []
    for package in characters.flatMap(\.unicodeScalars).compactMap(fontPackage) where !packages.contains(package) {
      packages.append(package)
    }
    return packages
  }

  public var description: String {
    let advice =
      packages.isEmpty
      ? "install a font that has them"
      : "install one that has (Debian: apt-get install \(packages.joined(separator: " ")))"
    return "no installed font has \(listed(characters.map { name($0) })): boxes are drawn instead -> \(advice)"
  }

  /// The character, and its code where it would not be seen.
  private func name(_ character: Character) -> String {
    let isSeen = character.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .privateUse, .unassigned, .control, .format, .surrogate: false
      default: true
      }
    }
    if isSeen { return String(character) }
    return character.unicodeScalars.map { "U+\(String($0.value, radix: 16, uppercase: true))" }.joined(separator: " ")
  }
}

/// Debian's package with a font for a character; nil for what no package has.
private func fontPackage(_ scalar: Unicode.Scalar) -> String? {
  switch scalar.properties.generalCategory {
  case .privateUse, .unassigned, .control, .format, .surrogate: return nil
  default: break
  }
  switch scalar.value {
  case 0x1100..<0x1200, 0x2E80..<0xA000, 0xA960..<0xA980, 0xAC00..<0xD800, 0xF900..<0xFB00, 0xFE30..<0xFE50,
    0xFF00..<0xFFF0, 0x1B000..<0x1B170, 0x20000..<0x40000:
    return "fonts-noto-cjk"
  default:
    return scalar.properties.isEmoji && scalar.value > 0x2000 ? "fonts-noto-color-emoji" : "fonts-noto-core"
  }
}
