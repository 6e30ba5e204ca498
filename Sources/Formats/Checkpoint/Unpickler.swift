internal import Files

/// Reads a pickle without running it: it builds tensors, numbers, strings, lists and dictionaries, models the
/// few calls that torch and NumPy need for those, and never calls anything.
///
/// Every other class or function becomes an inert placeholder, named once in `notices`. Depth, the number of
/// objects and the work done are bounded, the last by the file's size.
///
/// Source: Python's pickletools documents the opcodes.
struct Unpickler {
  /// Bounds that no real file comes near: MMAction2's proposals of AVA's training set have 1.5 million objects in 8 million
  /// opcodes.
  enum Limit {
    static let depth = 500
    static let objects = 1 << 22
    static let opcodes = 1 << 25
  }

  var cursor: ByteCursor
  var graph = PickleGraph()
  var stack: [PickleValue] = []
  /// Stack heights at the open marks.
  var marks: [Int] = []
  var memo: [Int: PickleValue] = [:]
  /// Unknown globals in order of appearance.
  private(set) var unknownGlobals: [String] = []
  private var opcodeCount = 0
  /// Units of work left: about one for every byte that is touched or value that is copied.
  private var budget: Int
  /// Offset of the opcode at work.
  var opcodeOffset = 0
  /// How many pickles lie around this one.
  let depth: Int

  init(_ cursor: ByteCursor, depth: Int = 0) {
    self.cursor = cursor
    self.depth = depth
    budget = 1 << 20 + 16 * min(cursor.remaining, 1 << 40)
  }

  var file: MappedFile { cursor.file }

  /// Reads the pickle at the cursor, up to and including its STOP.
  mutating func load() throws(CheckpointError) -> PickleValue {
    stack = []
    marks = []
    memo = [:]
    while true {
      opcodeOffset = cursor.offset
      opcodeCount += 1
      if opcodeCount > Limit.opcodes { throw excessive("a pickle of more than \(Limit.opcodes) operations") }
      if graph.objectCount > Limit.objects { throw excessive("a pickle of more than \(Limit.objects) objects") }
      let code = try cursor.integer(UInt8.self, "a pickle")
      guard let opcode = Opcode(rawValue: code) else {
        throw damaged("an unknown pickle opcode 0x" + String(code, radix: 16))
      }
      if opcode == .stop { return try pop() }
      try execute(opcode)
    }
  }

  private mutating func execute(_ opcode: Opcode) throws(CheckpointError) {
    switch opcode {
    case .proto:
      let version = try cursor.integer(UInt8.self, "the pickle protocol")
      if version > 5 { throw damaged("pickle protocol \(version), known are 0 to 5") }
    case .frame: _ = try cursor.integer(UInt64.self, "a pickle frame")
    case .stop, .readonlyBuffer: break
    case .mark:
      if marks.count >= Limit.depth { throw excessive("a pickle nested deeper than \(Limit.depth)") }
      marks.append(stack.count)
    case .pop:
      // As in Python, POP also takes a mark that has nothing above it.
      if let mark = marks.last, mark == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .dup: stack.append(try top())
    case .none, .newTrue, .newFalse, .int, .binInt, .binInt1, .binInt2, .long, .long1, .long4, .float, .binFloat:
      stack.append(try number(opcode))
    case .string, .binString, .shortBinString, .unicode, .binUnicode, .shortBinUnicode, .binUnicode8, .binBytes,
      .shortBinBytes, .binBytes8, .byteArray8:
      stack.append(try text(opcode))
    case .emptyDict, .dict, .setItem, .setItems, .emptyList, .list, .append, .appends, .emptyTuple, .tuple, .tuple1,
      .tuple2, .tuple3, .emptySet, .addItems, .frozenSet:
      try container(opcode)
    case .put, .binPut, .longBinPut, .memoize: try remember(opcode)
    case .get, .binGet, .longBinGet: try recall(opcode)
    case .global, .stackGlobal, .reduce, .build, .newObj, .newObjEx, .inst, .obj, .persID, .binPersID:
      try object(opcode)
    case .ext1, .ext2, .ext4, .nextBuffer:
      throw damaged("the pickle opcode \(opcode) refers to something outside the file")
    }
  }

  // MARK: Stack

  mutating func pop() throws(CheckpointError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw damaged("a pickle that takes a value from an empty stack")
    }
    return value
  }

  func top() throws(CheckpointError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw damaged("a pickle that takes a value from an empty stack")
    }
    return value
  }

  /// Takes everything above the last mark, and the mark.
  mutating func popToMark() throws(CheckpointError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw damaged("a pickle that closes a group it never opened") }
    let items = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return items
  }

  // MARK: Memo

  private mutating func remember(_ opcode: Opcode) throws(CheckpointError) {
    let slot: Int
    switch opcode {
    case .put: slot = try decimal("a memo number")
    case .binPut: slot = Int(try cursor.integer(UInt8.self, "a memo number"))
    case .longBinPut: slot = Int(try cursor.integer(UInt32.self, "a memo number"))
    default: slot = memo.count
    }
    memo[slot] = try top()
    if memo.count > Limit.objects { throw excessive("a pickle of more than \(Limit.objects) memorised objects") }
  }

  private mutating func recall(_ opcode: Opcode) throws(CheckpointError) {
    let slot: Int
    switch opcode {
    case .get: slot = try decimal("a memo number")
    case .binGet: slot = Int(try cursor.integer(UInt8.self, "a memo number"))
    default: slot = Int(try cursor.integer(UInt32.self, "a memo number"))
    }
    guard let value = memo[slot] else { throw damaged("a pickle that asks for object \(slot), which it never stored") }
    stack.append(value)
  }

  private mutating func decimal(_ what: String) throws(CheckpointError) -> Int {
    let range = try cursor.line(what)
    guard range.count <= 20, let value = Int(file.text(range)) else {
      throw damaged("\(what) '\(printable(file.text(range.prefix(20))))'")
    }
    return value
  }

  // MARK: Names and failures

  /// Returns the value of a global, named in the notices when it is not known.
  mutating func global(module: String, name: String) throws(CheckpointError) -> PickleValue {
    try charge(module.utf8.count + name.utf8.count)
    let key = "\(module)\n\(name)"
    if let number = graph.globalNumbers[key] { return .global(number) }
    let global = PickleGlobal(module: module, name: name)
    graph.globals.append(global)
    graph.globalNumbers[key] = graph.globals.count - 1
    if global.role == .unknown { unknownGlobals.append(global.fullName) }
    return .global(graph.globals.count - 1)
  }

  /// Pays for work that one opcode can cause again and again on shared objects.
  mutating func charge(_ units: Int) throws(CheckpointError) {
    budget -= units + 1
    if budget < 0 { throw excessive("a pickle that takes far more work than its size can justify") }
  }

  func damaged(_ found: String) -> CheckpointError {
    .damaged(path: cursor.path, offset: opcodeOffset, found: found)
  }

  func excessive(_ found: String) -> CheckpointError {
    .excessive(path: cursor.path, offset: opcodeOffset, found: found)
  }
}
