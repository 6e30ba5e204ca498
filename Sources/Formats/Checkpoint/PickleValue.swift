/// A value on the unpickler's stack.
///
/// Everything with an inside lives in a `PickleGraph` and is referred to by number. So a value is a few
/// bytes whatever it shares, cycles are harmless, and nothing is freed recursively.
enum PickleValue: Sendable, Equatable {
  case none
  case bool(Bool)
  case integer(Int)
  /// An integer outside 64 bits, dropped; torch's legacy files begin with a known one.
  case hugeInteger(isTorchMagic: Bool)
  case float(Double)
  /// Bytes of the file.
  case bytes(Range<Int>)
  /// UTF-8 text of the file.
  case text(Range<Int>)
  /// UTF-8 text of the file that stands for one byte a character.
  case latin1Text(Range<Int>)
  /// Bytes decoded from an escaped form: number in `ownedBytes`.
  case ownedBytes(Int)
  /// Text decoded from an escaped form: number in `ownedTexts`.
  case ownedText(Int)
  case list(Int)
  case tuple(Int)
  case dictionary(Int)
  case global(Int)
  case storage(Int)
  case tensor(Int)
  case array(Int)
  case numberType(Int)
  /// Something never built: number in `inerts`.
  case inert(Int)
}

/// Everything with an inside that a pickle builds.
struct PickleGraph {
  struct Sequence {
    var items: [PickleValue] = []
    var depth = 1
  }
  /// A dictionary's entries with text keys, in order of first insertion, and those with whole numbers, as optimizers number
  /// their parameters; others are of no use here.
  struct Dictionary {
    var keys: [String] = []
    var values: [PickleValue] = []
    var places: [String: Int] = [:]
    var numbered: [Int: PickleValue] = [:]
    var depth = 1

    subscript(key: String) -> PickleValue? { places[key].map { values[$0] } }
  }
  /// torch's reference to numbers outside the pickle.
  struct Storage {
    var type: ElementType
    var key: String
    /// In elements.
    var count: Int
    /// A view into the storage with that key (legacy files): first element and length.
    var view: Range<Int>?
    /// Its numbers, of one that lies in the pickle itself.
    var source: RawTensor.Bytes?
  }
  struct TensorView {
    var storage: Int
    var type: ElementType
    var start: Int
    var shape: [Int]
    var strides: [Int]
  }
  /// What is known of a NumPy array; it gets its inside from BUILD.
  struct Array {
    var shape: [Int] = []
    var type = 0
    var isFortran = false
    var data: PickleValue = .none
  }
  struct NumberType {
    var code: String
    var isBigEndian = false
    var isStructured = false
  }
  /// A call that was not made, or an object that was not built.
  struct Inert {
    var name: String
  }

  var sequences: [Sequence] = []
  var dictionaries: [Dictionary] = []
  var globals: [PickleGlobal] = []
  var globalNumbers: [String: Int] = [:]
  var storages: [Storage] = []
  var tensors: [TensorView] = []
  var arrays: [Array] = []
  var numberTypes: [NumberType] = []
  var inerts: [Inert] = []
  var ownedBytes: [[UInt8]] = []
  var ownedTexts: [String] = []

  var objectCount: Int {
    sequences.count + dictionaries.count + globals.count + storages.count + tensors.count + arrays.count
      + numberTypes.count + inerts.count + ownedBytes.count + ownedTexts.count
  }

  /// How deeply a value is nested.
  func depth(_ value: PickleValue) -> Int {
    switch value {
    case .list(let number), .tuple(let number): return sequences[number].depth
    case .dictionary(let number): return dictionaries[number].depth
    default: return 0
    }
  }

  /// Names a value's kind for a message.
  func kind(_ value: PickleValue) -> String {
    switch value {
    case .none: return "None"
    case .bool: return "a boolean"
    case .integer, .hugeInteger: return "an integer"
    case .float: return "a float"
    case .bytes, .latin1Text, .ownedBytes: return "bytes"
    case .text, .ownedText: return "a string"
    case .list: return "a list"
    case .tuple: return "a tuple"
    case .dictionary: return "a dictionary"
    case .global(let number): return "the class or function \(printable(globals[number].fullName))"
    case .storage: return "a torch storage"
    case .tensor: return "a tensor"
    case .array: return "a NumPy array"
    case .numberType: return "a NumPy dtype"
    case .inert(let number): return "an object of \(printable(inerts[number].name))"
    }
  }
}
