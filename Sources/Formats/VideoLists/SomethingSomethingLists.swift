internal import Files
internal import JSON

/// The JSON files of Something-Something v2: classes by template, videos by template.
public enum SomethingSomethingLists {
  /// The class of each template (something-something-v2-labels.json).
  ///
  /// - Parameter count: How many classes the network scores.
  /// - Throws: `VideoListError`, `FileError`.
  public static func classes(path: String, count: Int) throws -> [String: Int] {
    let value = try json(path)
    guard case .object(let members) = value else {
      throw VideoListError.entry(
        path: path, entry: nil, found: "expected an object of templates and classes",
        advice: "give the data set's own file")
    }
    var classes: [String: Int] = [:]
    for member in members {
      guard let number = wholeNumber(member.value), (0..<count).contains(number) else {
        throw VideoListError.entry(
          path: path, entry: "'\(member.name.prefix(60))'",
          found: "class \(member.value.text.prefix(40)), expected one of 0 to \(count - 1) "
            + "(MODEL.NUM_CLASSES)",
          advice: "set MODEL.NUM_CLASSES to that of the data set and its weights, or correct the file")
      }
      classes[member.name] = number
    }
    return classes
  }

  /// The videos of a split with the class of each (something-something-v2-train.json, -validation.json).
  ///
  /// - Parameters:
  ///   - classes: Of templates without brackets.
  ///   - labelsPath: Where these were read, for messages.
  /// - Throws: `VideoListError` with the entry, `FileError`.
  public static func videos(path: String, classes: [String: Int], labelsPath: String) throws -> VideoList {
    let value = try json(path)
    guard case .array(let entries) = value else {
      throw VideoListError.entry(
        path: path, entry: nil, found: "expected an array of objects with 'id' and 'template'",
        advice: "give the data set's own file")
    }
    if entries.isEmpty {
      throw VideoListError.entry(
        path: path, entry: nil, found: "an empty array, no video", advice: "give the data set's own file")
    }
    let videos = try entries.enumerated().map { number, entry in
      func fault(_ found: String, _ advice: String) -> VideoListError {
        .entry(path: path, entry: "entry \(number + 1)", found: found, advice: advice)
      }
      let id: String? =
        switch entry["id"] {
        case .string(let text): text
        case .number(let number): number.text
        default: nil
        }
      guard let id, !id.isEmpty else {
        throw fault("'id' is \(shown(entry["id"])), expected a text or number", "give the data set's own file")
      }
      guard case .string(let template) = entry["template"] else {
        throw fault(
          "video '\(id)': 'template' is \(shown(entry["template"])), expected a text",
          "give the file of the training or validation split: the test file has no classes")
      }
      let plain = template.filter { $0 != "[" && $0 != "]" }
      guard let label = classes[plain] else {
        throw fault(
          "video '\(id)': the template '\(plain.prefix(80))' is not in '\(labelsPath)'",
          "give both files of one version of the data set")
      }
      return VideoList.Video(name: id, labels: [label])
    }
    return VideoList(path: path, videos: videos)
  }

  private static func shown(_ value: JSONValue?) -> String { value.map { String($0.text.prefix(40)) } ?? "not there" }

  private static func json(_ path: String) throws -> JSONValue {
    let whole = try readFile(path, doing: "reading the list of videos")
    if let fault = EncodingFault(whole) {
      throw VideoListError.entry(
        path: path, entry: fault.line.map { "line \($0)" }, found: fault.found, advice: fault.advice)
    }
    let bytes = whole.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(whole.dropFirst(3)) : whole
    do {
      return try JSONReader.read(bytes)
    } catch {
      throw VideoListError.entry(
        path: path, entry: error.place(in: bytes), found: error.found, advice: "give the data set's own file")
    }
  }

  private static func wholeNumber(_ value: JSONValue) -> Int? {
    switch value {
    case .string(let text): Int(text)
    case .number(let number): number.int
    default: nil
    }
  }
}
