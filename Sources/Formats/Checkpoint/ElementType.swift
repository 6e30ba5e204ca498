/// The number format of a tensor in a file.
public enum ElementType: String, Sendable, CaseIterable {
  case float16, bfloat16, float32, float64
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  case bool

  /// Bytes per number.
  public var size: Int {
    switch self {
    case .int8, .uint8, .bool: return 1
    case .float16, .bfloat16, .int16, .uint16: return 2
    case .float32, .int32, .uint32: return 4
    case .float64, .int64, .uint64: return 8
    }
  }

  /// Finds the format of a torch storage class such as "FloatStorage".
  init?(torchStorage name: String) {
    let table: [String: ElementType] = [
      "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16, "DoubleStorage": .float64,
      "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8,
      "ByteStorage": .uint8, "BoolStorage": .bool,
    ]
    guard let type = table[name] else { return nil }
    self = type
  }

  /// Finds the format of a NumPy type string without its byte order, such as "f4".
  init?(numpy code: String) {
    let table: [String: ElementType] = [
      "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64,
      "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .bool,
    ]
    guard let type = table[code] else { return nil }
    self = type
  }

  /// Finds the format of a safetensors type name such as "BF16".
  init?(safetensors name: String) {
    let table: [String: ElementType] = [
      "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64, "I8": .int8, "I16": .int16, "I32": .int32,
      "I64": .int64, "U8": .uint8, "U16": .uint16, "U32": .uint32, "U64": .uint64, "BOOL": .bool,
    ]
    guard let type = table[name] else { return nil }
    self = type
  }
}
