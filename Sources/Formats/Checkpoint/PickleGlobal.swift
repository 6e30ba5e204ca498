/// A class or function that a pickle names. It is never looked up, only recognised.
struct PickleGlobal: Sendable {
  /// What the few calls that are modelled would build.
  enum Role: Sendable, Equatable {
    case dictionary, list, tuple
    case rebuildTensor, rebuildTensorV2, rebuildTensorV3, rebuildParameter, rebuildFromType
    case storage(ElementType)
    /// Storage without a number format of its own.
    case untypedStorage
    /// A storage in a legacy torch file inside the pickle: how tensors are pickled without torch.save.
    case embeddedStorage
    /// A torch dtype.
    case torchType(ElementType)
    case numpyReconstruct, numpyDType, numpyScalar, numpyFromBuffer
    /// Turns text into one byte a character.
    case encode
    case bytes
    /// Known to be of no consequence for weights.
    case harmless
    /// Anything else.
    case unknown
  }

  let fullName: String
  let role: Role

  init(module: String, name: String) {
    fullName = "\(module).\(name)"
    role = PickleGlobal.role(module, name)
  }

  private static func role(_ module: String, _ name: String) -> Role {
    switch module {
    case "collections": return collections[name] ?? .unknown
    case "builtins", "__builtin__": return builtins[name] ?? .unknown
    case "torch._utils": return rebuilders[name] ?? .unknown
    case "torch._tensor" where name == "_rebuild_from_type_v2": return .rebuildFromType
    case "torch", "torch.storage": return torch(name)
    case "numpy": return name == "dtype" ? .numpyDType : .harmless
    case "numpy.core.multiarray", "numpy._core.multiarray":
      return name == "_reconstruct" ? .numpyReconstruct : name == "scalar" ? .numpyScalar : .unknown
    case "numpy.core.numeric", "numpy._core.numeric": return name == "_frombuffer" ? .numpyFromBuffer : .unknown
    case "numpy.dtypes": return .harmless
    case "_codecs" where name == "encode": return .encode
    case "argparse" where name == "Namespace": return .harmless
    case "copyreg" where name == "_reconstructor", "copy_reg" where name == "_reconstructor": return .harmless
    case "torch.nn.parameter" where name == "Parameter": return .harmless
    case "torch.serialization" where name == "_get_layout": return .harmless
    default: return .unknown
    }
  }

  private static let collections: [String: Role] = [
    "OrderedDict": .dictionary, "defaultdict": .dictionary, "Counter": .dictionary, "deque": .harmless,
  ]
  private static let builtins: [String: Role] = [
    "dict": .dictionary, "list": .list, "set": .list, "frozenset": .list, "tuple": .tuple, "object": .harmless,
    "int": .harmless, "float": .harmless, "str": .harmless, "bool": .harmless, "complex": .harmless,
    "bytes": .bytes, "bytearray": .bytes, "slice": .harmless, "range": .harmless, "unicode": .harmless,
    "long": .harmless,
  ]
  private static let rebuilders: [String: Role] = [
    "_rebuild_tensor": .rebuildTensor, "_rebuild_tensor_v2": .rebuildTensorV2, "_rebuild_tensor_v3": .rebuildTensorV3,
    "_rebuild_parameter": .rebuildParameter, "_rebuild_parameter_with_state": .rebuildParameter,
  ]

  private static func torch(_ name: String) -> Role {
    if let type = ElementType(torchStorage: name) { return .storage(type) }
    switch name {
    case "UntypedStorage": return .untypedStorage
    case "_load_from_bytes": return .embeddedStorage
    case "Size": return .tuple
    case "float": return .torchType(.float32)
    case "double": return .torchType(.float64)
    case "half": return .torchType(.float16)
    case "device", "strided", "Tensor", "contiguous_format", "preserve_format", "complex64", "complex128",
      "ComplexFloatStorage", "ComplexDoubleStorage", "QInt8Storage", "QUInt8Storage", "QInt32Storage":
      return .harmless
    default: return ElementType(rawValue: name).map { .torchType($0) } ?? .unknown
    }
  }
}
