internal import Files

/// What a file's first bytes say it is.
enum FileKind {
  case zip, legacyTorch, pickle, safetensors, tensorFlowGraph
  /// Something else: what it looks like, and what to do.
  case other(String, advice: String)

  init(_ file: MappedFile) {
    if file.has([0x50, 0x4b, 3, 4], at: 0) || file.has([0x50, 0x4b, 5, 6], at: 0) {
      self = .zip
    } else if FileKind.isPickle(file) {
      self = FileKind.beginsWithTorchMagic(file) ? .legacyTorch : .pickle
    } else if FileKind.isSafetensors(file) {
      self = .safetensors
    } else if isTensorFlowGraph(file) {
      self = .tensorFlowGraph
    } else {
      self = FileKind.foreign(file) ?? FileKind.textOrUnknown(file)
    }
  }

  /// A pickle begins with its protocol, or (protocols 0 and 1) with an operation that opens what weights come in.
  private static func isPickle(_ file: MappedFile) -> Bool {
    if file.count >= 2, file.bytes[0] == 0x80 { return file.bytes[1] <= 5 }
    let openings = ["(d", "(l", "}q", "}r", "}(", "}.", "]q", "](", "ccollections\n", "L119547037146038801333356L\n"]
    return openings.contains { file.has($0, at: 0) }
  }

  private static func beginsWithTorchMagic(_ file: MappedFile) -> Bool {
    var unpickler = Unpickler(ByteCursor(file, 0..<min(file.count, 64)))
    return (try? unpickler.load()) == .hugeInteger(isTorchMagic: true)
  }

  private static func isSafetensors(_ file: MappedFile) -> Bool {
    guard file.count > 8, file.bytes[8] == UInt8(ascii: "{") else { return false }
    // A text that happens to have a brace there would announce a header of an absurd length.
    return file.bytes[7] == 0 && file.bytes[6] == 0
  }

  private static func foreign(_ file: MappedFile) -> FileKind? {
    if file.count == 0 { return .other("an empty file", advice: "fetch the file again: nothing of it has arrived") }
    if file.has("ustar", at: 257), ["storages", "pickle", "sys_info"].contains(where: { file.has($0, at: 0) }) {
      return .other(
        "torch's tar archive of 2017 or before", advice: "load it with torch and save it again: torch.save(x, file)")
    }
    // Protobuf's first field is the version of the format, then comes who wrote it.
    if file.count > 4, file.bytes[0] == 0x08, 1...32 ~= file.bytes[1], file.bytes[2] == 0x12 {
      return .other("an ONNX model", advice: "give the weights that it was exported from (.pth, .pkl or .safetensors)")
    }
    for (magic, offset, looksLike, advice) in signatures where file.has(magic, at: offset) {
      return .other(looksLike, advice: advice)
    }
    guard let content = ForeignContent(beginning: UnsafeRawBufferPointer(rebasing: file.bytes.prefix(4096))) else {
      return nil
    }
    let advice =
      content.format == .xml
      ? "the server may have answered with a message instead of the file: look into it" : content.advice ?? weights
    return .other(content.name, advice: advice)
  }

  private static let weights = "give the file of weights (.pyth, .pth, .pkl or .safetensors)"
  /// What only a reader of weights is given: the others are named by `ForeignContent`.
  private static let signatures: [([UInt8], Int, String, String)] = [
    (Array("ftyp".utf8), 4, "an MP4 or MOV video", "give the video as the input and a file of weights here"),
    ([0x1a, 0x45, 0xdf, 0xa3], 0, "a Matroska or WebM video", weights),
    (Array("RIFF".utf8), 0, "an AVI, WAV or WebP file", weights),
    ([0xff, 0xd8, 0xff], 0, "a JPEG picture", weights),
    ([0x89, 0x50, 0x4e, 0x47], 0, "a PNG picture", weights),
    // Rows may be packed so; weights are not.
    ([0x1f, 0x8b], 0, "a gzip-compressed file", "unpack it first: gunzip"),
    ([0x28, 0xb5, 0x2f, 0xfd], 0, "a zstd-compressed file", "unpack it first: unzstd"),
    ([0x89, 0x48, 0x44, 0x46], 0, "an HDF5 file (Keras or MATLAB)", "convert the weights to safetensors"),
    ([0x7f, 0x45, 0x4c, 0x46], 0, "a program", weights),
    (Array("GGUF".utf8), 0, "a GGUF file of a language model", weights),
  ]

  /// Tells the kinds of text apart; what is no text stays unknown.
  private static func textOrUnknown(_ file: MappedFile) -> FileKind {
    let head = file.bytes.prefix(4096)
    let isPrintable = head.allSatisfy { $0 >= 0x20 && $0 != 0x7f || (0x09...0x0d).contains($0) }
    // The cut may go through a character.
    let isUTF8 = (0...(head.count < file.count ? 3 : 0)).contains {
      String(validating: head.dropLast($0), as: UTF8.self) != nil
    }
    let isText = isPrintable && isUTF8
    guard isText else {
      let first = head.prefix(8).map { (($0 < 16) ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
      return .other("nothing known (it begins with the bytes \(first))", advice: weights)
    }
    let text = String(decoding: head, as: UTF8.self)
    let start = text.drop { $0.isWhitespace || $0 == "\u{feff}" }
    if start.lowercased().hasPrefix("<error") || start.prefix(200).lowercased().contains("<head") {
      return .other("a page of the web", advice: "the server answered with a message instead of the file: look into it")
    }
    if start.hasPrefix("{") || start.hasPrefix("[") { return .other("JSON", advice: weights) }
    if start.isEmpty { return .other("blank text", advice: weights) }
    let first = start.prefix { !$0.isNewline }
    if first.hasPrefix("#") || isYAMLKey(first) {
      return .other("a YAML configuration", advice: "give it as --cfg and a file of weights here")
    }
    return .other("a text that begins with '\(printable(first, limit: 40))'", advice: weights)
  }

  private static func isYAMLKey(_ line: Substring) -> Bool {
    guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { return false }
    let rest = line[line.index(after: colon)...]
    return line[..<colon].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } && (rest.isEmpty || rest.first == " ")
  }
}

/// Whether a file's content is that of a checkpoint, complete or not.
///
/// - Throws: `FileError`.
public func looksLikeCheckpoint(_ path: String) throws -> Bool {
  if case .other = FileKind(try MappedFile(path: path, doing: "looking at a file")) { return false }
  return true
}
