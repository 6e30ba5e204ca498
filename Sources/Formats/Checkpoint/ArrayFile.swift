internal import Files
public import Tensors
internal import Wording

/// The arrays of a file of results: NumPy's .npz, or a pickle of a list, a tuple or a dictionary of NumPy arrays and torch
/// tensors, as PySlowFast keeps what its test found. Nothing of the file is run.
public struct ArrayFile: Sendable {
  /// The file.
  public let path: String
  /// Names of an archive or a dictionary, places in a list from "0", in the file's order.
  public let names: [String]
  /// What stands in a pickle beside its arrays, in its order, and why it is none.
  public let unreadable: [(name: String, why: String)]
  private let file: MappedFile
  private let tensors: [String: RawTensor]
  private let texts: [String: [String]]
  private let faults: [String: any Error]

  /// - Throws: `FileError`, `ArrayFileError`.
  public init(path: String) throws {
    let file = try MappedFile(path: path, doing: "reading the arrays")
    self.file = file
    self.path = path
    var names: [String] = []
    var (tensors, texts): ([String: RawTensor], [String: [String]]) = ([:], [:])
    var faults: [String: any Error] = [:]
    var unreadable: [(name: String, why: String)] = []
    do {
      switch FileKind(file) {
      case .zip:
        let archive = try ZipArchive(file)
        var fault: (any Error)?
        for name in archive.names where name.hasSuffix(".npy") {
          guard let entry = archive.entries[name] else { continue }
          let own = String(name.dropLast(4))
          do {
            if entry.method != 0 {
              throw ArrayFileError(path, "'\(printable(own))' is compressed", "save it with numpy.savez")
            }
            switch try Self.member(file, archive.range(entry), own) {
            case .numbers(let raw): tensors[own] = raw
            case .texts(let values): texts[own] = values
            }
            names.append(own)
          } catch {
            var found = error
            if let error = error as? CheckpointError { found = ArrayFileError(path, error.finding, Self.advice) }
            fault = fault ?? found
            faults[own] = found
          }
        }
        if names.isEmpty, let fault { throw fault }
        if names.isEmpty { (names, tensors) = try Self.numbers(torchZipItems(archive)) }
        if names.isEmpty { throw ArrayFileError(path, "it is a zip archive without an array", Self.advice) }
      case .pickle:
        var unpickler = Unpickler(ByteCursor(file))
        let root = try unpickler.load()
        let items = try unpickler.items(below: root) { _ in
          throw CheckpointError.damaged(
            path: path, offset: nil, found: "a pickle that refers to a torch storage outside of it")
        }
        (names, tensors) = Self.numbers(items)
        unreadable = items.compactMap { item in
          guard case .failure(let reason) = item.content else { return nil }
          return (printable(item.name), reason.text)
        }
        if names.isEmpty {
          let others = unreadable.map { "'\($0.name)' is \($0.why)" }
          throw ArrayFileError(
            path,
            "its pickle holds no array that can be read" + (others.isEmpty ? "" : ": \(listed(others, limit: 3))"),
            Self.advice)
        }
      case .legacyTorch, .safetensors, .tensorFlowGraph:
        throw ArrayFileError(path, "it looks like a file of weights", Self.advice)
      case .other(let looksLike, _): throw ArrayFileError(path, "it looks like \(looksLike)", Self.advice)
      }
    } catch let error as CheckpointError {
      throw ArrayFileError(path, error.finding, Self.advice)
    }
    self.names = names
    self.unreadable = unreadable
    self.tensors = tensors
    self.texts = texts
    self.faults = faults
  }

  private static let advice =
    "give an .npz of numpy.savez, or a pickle of arrays as PySlowFast's TEST.SAVE_RESULTS_PATH makes it"

  /// An array as Float in C order; nil where there is none of that name, or it holds texts.
  public func array(_ name: String) -> Tensor? { tensors[name]?.load(file) }

  /// The shape of an array of numbers.
  public func shape(_ name: String) -> [Int]? { tensors[name]?.shape }

  /// An array of texts; nil where there is none.
  public func strings(_ name: String) -> [String]? { texts[name] }

  /// Why an array of an archive cannot be read; nil where it can, or there is none.
  public func fault(_ name: String) -> (any Error)? { faults[name] }

  /// Those of some items that are arrays.
  private static func numbers(_ items: [StateItem]) -> (names: [String], tensors: [String: RawTensor]) {
    var (names, tensors): ([String], [String: RawTensor]) = ([], [:])
    for item in items {
      guard case .success(let raw) = item.content else { continue }
      names.append(item.name)
      tensors[item.name] = raw
    }
    return (names, tensors)
  }

  private enum Member {
    case numbers(RawTensor)
    case texts([String])
  }

  /// One .npy file of an archive.
  private static func member(_ file: MappedFile, _ range: Range<Int>, _ name: String) throws -> Member {
    func fault(_ found: String) -> ArrayFileError {
      ArrayFileError(file.path, "'\(printable(name))': \(found)", advice)
    }
    let header: NumPyHeader
    do {
      header = try NumPyHeader(UnsafeRawBufferPointer(rebasing: file.bytes[range]), path: file.path)
    } catch { throw fault("\(error)") }
    let data = range.lowerBound + header.dataOffset..<range.upperBound
    let code = header.format.drop { $0 == "<" || $0 == "|" || $0 == "=" }
    guard let count = product(header.shape.map { max($0, 1) }), count <= max(data.count, 1) else {
      throw fault("the shape \(header.shape) is too large for its file")
    }
    if code.first == "U", let length = Int(code.dropFirst()), header.format.first == "<", length > 0 {
      let elements = header.shape.contains(0) ? 0 : count
      guard length <= 4096, elements * length * 4 == data.count else {
        throw fault("texts of another size than it says")
      }
      return .texts(
        (0..<elements).map { element in
          var text = String.UnicodeScalarView()
          for place in 0..<length {
            let offset = data.lowerBound + (element * length + place) * 4
            let scalar = file.bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            if scalar == 0 { break }
            text.append(Unicode.Scalar(scalar) ?? "\u{FFFD}")
          }
          return String(text)
        })
    }
    guard header.format.first != ">", let type = ElementType(numpy: String(code)) else {
      throw fault("numbers of the format '\(printable(header.format, limit: 20))'")
    }
    let strides = header.isFortran ? RawTensor.fortranStrides(header.shape) : nil
    switch RawTensor.checked(type, .file(data), shape: header.shape, strides: strides, limit: data.count) {
    case .failure(let unreadable): throw fault(unreadable.text)
    case .success(let raw):
      guard raw.count * type.size == data.count else {
        throw fault("\(raw.count) numbers of \(type) in \(data.count) bytes")
      }
      return .numbers(raw)
    }
  }
}

/// What is wrong with a file of arrays.
public struct ArrayFileError: Error, Equatable, CustomStringConvertible {
  public let description: String
  /// What was found, without what was read and what to do.
  public let found: String

  init(_ path: String, _ found: String, _ advice: String) {
    self.found = found
    description = "reading the arrays of '\(path)': \(found) -> \(advice)"
  }
}

extension Unpickler {
  /// The items of a list, a tuple or a dictionary.
  mutating func items(
    below root: PickleValue, storage: (PickleGraph.Storage) throws -> Range<Int>
  ) throws -> [StateItem] {
    if case .dictionary(let number) = root { return try stateItems(number, storage: storage) }
    return try (items(root) ?? []).enumerated().map { try stateItem("\($0)", $1, storage: storage) }
  }
}

extension CheckpointError {
  /// What was found, without what was read and what to do.
  fileprivate var finding: String {
    switch self {
    case .wrongKind(_, let looksLike, _): "it looks like \(looksLike)"
    case .damaged(_, let offset, let found): found + (offset.map { " (byte \($0))" } ?? "")
    case .unsupported(_, let found, _), .noWeights(_, let found), .notATensor(_, _, let found),
      .notResumable(_, let found):
      found
    case .excessive(_, let offset, let found): found + (offset.map { " (byte \($0))" } ?? "")
    case .noSuchTensor(_, let name, _): "there is no '\(name)'"
    case .weightsDoNotFit(let text): text
    }
  }
}
