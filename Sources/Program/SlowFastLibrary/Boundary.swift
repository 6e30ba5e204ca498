internal import CSlowFast
internal import Files
internal import Glibc

/// What is wrong with a call itself.
struct CallError: Error, CustomStringConvertible {
  let description: String

  /// - Parameter function: Without its prefix.
  init(_ function: String, _ problem: String, _ todo: String) {
    description = "slowfast_\(function): \(problem) -> \(todo)"
  }
}

/// A model that is none for the function that was called.
struct WrongModelError: Error, CustomStringConvertible {
  let description: String

  /// - Parameters:
  ///   - function: The one that was called, without its prefix.
  ///   - scoresBoxes: What the model does.
  init(_ function: String, scoresBoxes: Bool) {
    description =
      "slowfast_\(function): "
      + (scoresBoxes
        ? "this model scores boxes (DETECTION.ENABLE is True), not whole clips -> call slowfast_detect"
        : "this model scores whole clips (DETECTION.ENABLE is False), not boxes -> call slowfast_classify")
      + ", or open another model"
  }
}

/// Where a function of the library puts its error's text.
typealias MessagePointer = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// Does what a function of the library is for, and hands out an error as a status and a text.
func answer(_ message: MessagePointer?, _ body: () throws -> Void) -> slowfast_status {
  do {
    try body()
    return SLOWFAST_OK
  } catch {
    message?.pointee = strdup("\(error)")
    return error is CallError ? SLOWFAST_BAD_ARGUMENT : error is FileError ? SLOWFAST_BAD_FILE : SLOWFAST_BAD_CONTENT
  }
}

/// What the arguments of one function are held against.
struct Call {
  /// Without its prefix.
  let function: String

  init(_ function: String) { self.function = function }

  func error(_ problem: String, _ todo: String) -> CallError { CallError(function, problem, todo) }

  func require(_ isRight: Bool, _ problem: @autoclosure () -> String, _ todo: @autoclosure () -> String) throws {
    if !isRight { throw error(problem(), todo()) }
  }

  /// A pointer that may not be NULL.
  func pointer<Pointer>(_ pointer: Pointer?, _ name: String) throws -> Pointer {
    guard let pointer else { throw error("'\(name)' is NULL", "give it") }
    return pointer
  }

  /// An array; of no numbers it may be NULL.
  func array<Number>(_ start: UnsafePointer<Number>?, _ count: Int64, _ name: String) throws
    -> UnsafeBufferPointer<Number>
  {
    try require(0..<1 << 36 ~= count, "'\(name)' has \(count) numbers", "give 0 or more, and as many as there are")
    try require(start != nil || count == 0, "'\(name)' is NULL", "give \(count) numbers")
    return UnsafeBufferPointer(start: start, count: Int(count))
  }

  /// How many numbers an array of these extents has.
  func count(_ extents: Int64..., of name: String) throws -> Int {
    var count: Int64 = 1
    for extent in extents {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      let shape = extents.map { "\($0)" }.joined(separator: ", ")
      try require(
        extent >= 0 && !overflow && product < 1 << 40, "'\(name)' is [\(shape)]",
        "give extents of 0 or more that fit memory")
      count = product
    }
    return Int(count)
  }

  func text(_ pointer: UnsafePointer<CChar>?, _ name: String) throws -> String {
    String(cString: try self.pointer(pointer, name))
  }

  /// A structure that says its size. Programs that were compiled with a later header may have a larger one, of which the beginning is
  /// read. A smaller one is a mistake (such as the size of a pointer), whose other fields would silently count as zero; once a
  /// structure grows, those of the size that it had at first are to be taken, with zeros for what is new.
  func structure<Structure>(_ pointer: UnsafePointer<Structure>?, _ name: String) throws
    -> Structure?
  {
    guard let pointer else { return nil }
    let known = UnsafeRawPointer(pointer).load(as: Int.self)
    let own = MemoryLayout<Structure>.size
    try require(
      known >= own && known <= 1 << 12, "'\(name)->size' is \(known)", "set it to sizeof(*\(name))")
    return withUnsafeTemporaryAllocation(byteCount: own, alignment: MemoryLayout<Structure>.alignment) { memory in
      memory.initializeMemory(as: UInt8.self, repeating: 0)
      memory.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: min(known, own)))
      return memory.load(as: Structure.self)
    }
  }

  func threads(_ count: Int32) throws -> Int? {
    try require(0...256 ~= count, "'threads' is \(count)", "give 1 to 256, or 0 for every processor")
    return count == 0 ? nil : Int(count)
  }
}
