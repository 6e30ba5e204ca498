internal import Files
internal import JSON

/// A file of boxes in memory, or the names of a folder's text files: what formats are recognised in and read from.
final class BoxContent {
  let path: String
  let isFolder: Bool
  /// What messages call the options of whoever reads.
  let options: BoxFile.OptionNames
  /// Of a file; unpacked.
  let bytes: [UInt8]
  /// Of a folder: its text files, with those of its folders below, two levels deep.
  let textFiles: [String]
  /// Of a folder: whether it holds anything else than these.
  private let hasOthers: Bool

  /// How much of a file is looked at to tell what it is.
  private static let headSize = 1 << 16
  /// How many bytes of JSON are read.
  private static let jsonLimit = 1 << 30

  /// Reads a file, or lists a folder.
  ///
  /// - Throws: `FileError`.
  init(path: String, _ options: BoxFile.OptionNames) throws(FileError) {
    (self.path, self.options) = (path, options)
    isFolder = isFolderPath(path)
    (textFiles, hasOthers) = isFolder ? try textFilesBelow(path, levels: 2) : (files: [], hasOthers: false)
    let all = isFolder ? [] : try ByteStream(path: path, doing: BoxFileError.doing).readToEnd()
    // What Windows' editors begin a file in UTF-8 with.
    bytes = all.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(all.dropFirst(3)) : all
  }

  /// The same for a path of which nothing is known; nil for what can be read only once, and for what is no text and no
  /// pickle, such as a video.
  ///
  /// - Throws: `FileError`.
  convenience init?(sniffing path: String, _ options: BoxFile.OptionNames) throws(FileError) {
    if !isFolderPath(path) {
      guard isRegularFile(path) else { return nil }
      let stream = try ByteStream(path: path, doing: BoxFileError.doing)
      var head = [UInt8](repeating: 0, count: Self.headSize)
      let count: Int
      do {
        count = try head.withUnsafeMutableBytes { try stream.read(into: $0) }
      } catch let error as FileError {
        throw error
      } catch { return nil }
      let kind = head.withUnsafeBytes { ForeignContent(beginning: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      switch kind?.format {
      case .pickle, .json, .xml: break
      case .other: return nil
      case nil: if head[..<count].contains(0) { return nil }
      }
    }
    try self.init(path: path, options)
  }

  /// What the file's first bytes say that it is; nil for rows of text.
  private(set) lazy var foreign = bytes.prefix(Self.headSize).withUnsafeBytes { ForeignContent(beginning: $0) }

  /// What an unrecognised file is called where no reader of rows could make anything of it; nil for rows of text.
  var unknownForm: String? {
    if isFolder {
      return textFiles.first.map { "a folder of text files of another form, the first '\(splitPath($0).name)'" }
        ?? "a folder without files of boxes"
    }
    if case .failure(let error)? = json { return "JSON that is damaged at \(error.place(in: bytes)): \(error.found)" }
    switch foreign?.format {
    case .json: return "JSON of another form"
    case .xml: return "XML of another form"
    case .pickle: return "a pickle of something else"
    default: return nil
    }
  }

  /// The file's JSON; nil where it does not begin as JSON.
  private(set) lazy var json: Result<JSONValue, JSONError>? = {
    guard !isFolder, foreign?.format == .json else { return nil }
    return Result { () throws(JSONError) in
      try JSONReader.read(bytes, subject: "JSON text", limits: .init(size: Self.jsonLimit))
    }
  }()

  /// The file's JSON, which the format wants.
  ///
  /// - Throws: `BoxFileError`.
  func requiredJSON() throws -> JSONValue {
    switch json {
    case .success(let value): return value
    case .failure(let error):
      throw BoxFileError.malformed(
        path: path, place: error.place(in: bytes), expected: "JSON", found: error.found,
        advice: "write the file again, complete")
    case nil:
      throw BoxFileError.malformed(
        path: path, place: "", expected: "JSON", found: isFolder ? "a folder" : foreign?.name ?? "other text",
        advice: "give the right file")
    }
  }

  /// Whether it is a file with nothing but spaces and line ends.
  var isBlank: Bool { !isFolder && bytes.allSatisfy { $0 == 0x20 || (0x09...0x0d).contains($0) } }

  /// Whether it is a folder in whose text files, if it has any, is nothing but the names of classes, and which holds nothing else: what
  /// is left where a detector has found nobody.
  private(set) lazy var isEmptyFolder: Bool =
    isFolder && !hasOthers
    && textFiles.allSatisfy { file in
      isNameList(file)
        || (try? readFile(file, doing: BoxFileError.doing, limit: 1 << 26)).map { lines(of: $0, limit: 1).isEmpty }
          == true
    }

  /// The first lines of the file that are not blank.
  private(set) lazy var firstLines: [String] = lines(of: bytes, limit: 50).map(\.text)

  /// The first lines of a folder's first text files that have any, those of names left out.
  private(set) lazy var sampledLines: [String] = {
    var sample: [String] = []
    for file in textFiles where !isNameList(file) && sample.count < 200 {
      guard let bytes = try? readFile(file, doing: BoxFileError.doing, limit: 1 << 26) else { continue }
      sample += lines(of: bytes, limit: 20).map(\.text)
    }
    return sample
  }()

  /// What text formats are told by: lines of the file, or of the folder's files.
  var sample: [String] { isFolder ? sampledLines : foreign == nil ? firstLines : [] }
}

// The class has a property of the other name.
private func isFolderPath(_ path: String) -> Bool { isFolder(path) }

/// A folder's files that end in .txt, and whether there are others, hidden ones and notes of it aside.
private func textFilesBelow(
  _ folder: String, levels: Int
) throws(FileError) -> (files: [String], hasOthers: Bool) {
  var (files, hasOthers): ([String], Bool) = ([], false)
  for name in try listFolder(folder) {
    let path = joinPath(folder, name)
    if isFolder(path) {
      let below = levels > 0 ? try textFilesBelow(path, levels: levels - 1) : (files: [], hasOthers: true)
      files += below.files
      hasOthers = hasOthers || below.hasOthers
    } else if name.hasPrefix(".") || name.lowercased().hasPrefix("readme") {
      // What systems leave beside files, and what tools write about them.
    } else if name.hasSuffix(".txt") {
      files.append(path)
    } else if name != ClassNamesYAML.fileName {
      hasOthers = true
    }
  }
  return (files, hasOthers)
}

/// Whether a file beside labels names their classes, as LabelImg and CVAT write it.
func isNameList(_ path: String) -> Bool {
  ["classes.txt", "obj_names.txt", "labels.txt"].contains(splitPath(path).name)
}
