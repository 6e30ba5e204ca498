/// AVA's own 80 classes: facts of the data set, for comparing label maps with.
public enum AVAClasses {
  /// How many there are; a network trained on AVA has as many outputs.
  public static let count = names.count

  /// The name of a class by its id, 1 to 80; nil for another id.
  public static func name(of id: Int) -> String? { names.indices.contains(id - 1) ? names[id - 1] : nil }

  /// Whether a name is AVA's for this id, in full ("run/jog"), in part ("run") or in other letters ("Run_Jog").
  public static func isName(_ name: String, of id: Int) -> Bool { ids(of: name).contains(id) }

  /// The ids whose class is called so, in full or in part, ascending.
  public static func ids(of name: String) -> [Int] { idsOfWords[words(name)] ?? idsOfWords[mainWords(name)] ?? [] }

  /// The 20 classes that the challenge does not score, nor the label map of its 60.
  public static let unscored: Set<Int> = [
    2, 16, 18, 19, 21, 23, 25, 31, 32, 33, 35, 39, 40, 42, 44, 50, 53, 55, 71, 75,
  ]

  private static let idsOfWords: [String: [Int]] = {
    var ids: [String: [Int]] = [:]
    for (index, name) in names.enumerated() {
      let main = mainWords(name)
      for spelling in Set([words(name), main] + main.split(separator: "/").map(String.init)) {
        ids[spelling, default: []].append(index + 1)
      }
    }
    return ids
  }()

  /// A name in small letters, whatever separates its words.
  private static func words(_ name: String) -> String {
    name.lowercased().split { $0.isWhitespace || $0 == "_" || $0 == "-" }.joined(separator: " ")
  }

  /// A name without what stands in brackets.
  private static func mainWords(_ name: String) -> String { words(String(name.prefix { $0 != "(" })) }

  private static let names = [
    "bend/bow (at the waist)", "crawl", "crouch/kneel", "dance", "fall down", "get up", "jump/leap", "lie/sleep",
    "martial art", "run/jog", "sit", "stand", "swim", "walk", "answer phone", "brush teeth", "carry/hold (an object)",
    "catch (an object)", "chop", "climb (e.g., a mountain)", "clink glass", "close (e.g., a door, a box)", "cook",
    "cut", "dig", "dress/put on clothing", "drink", "drive (e.g., a car, a truck)", "eat", "enter", "exit", "extract",
    "fishing", "hit (an object)", "kick (an object)", "lift/pick up", "listen (e.g., to music)",
    "open (e.g., a window, a car door)", "paint", "play board game", "play musical instrument", "play with pets",
    "point to (an object)", "press", "pull (an object)", "push (an object)", "put down", "read",
    "ride (e.g., a bike, a car, a horse)", "row boat", "sail boat", "shoot", "shovel", "smoke", "stir",
    "take a photo", "text on/look at a cellphone", "throw", "touch (an object)", "turn (e.g., a screwdriver)",
    "watch (e.g., TV)", "work on a computer", "write", "fight/hit (a person)", "give/serve (an object) to (a person)",
    "grab (a person)", "hand clap", "hand shake", "hand wave", "hug (a person)", "kick (a person)", "kiss (a person)",
    "lift (a person)", "listen to (a person)", "play with kids", "push (another person)",
    "sing to (e.g., self, a person, a group)", "take (an object) from (a person)",
    "talk to (e.g., self, a person, a group)", "watch (a person)",
  ]
}
