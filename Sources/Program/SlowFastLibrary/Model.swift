internal import Clips
internal import Configuration
internal import CSlowFast
internal import Glibc
internal import Inference
internal import Kernels
internal import ModelZoo
internal import NN
internal import Synchronization
internal import Tensors
internal import VideoModels

/// What a `slowfast_model` is.
final class Model {
  let config: Configuration
  let notices: UnsafeMutablePointer<CChar>
  private let loaded: LoadedModel
  /// A model's memory is one call's at a time.
  private let turn = Mutex<Void>(())

  init(config path: String, weights: String?, _ options: slowfast_model_options, _ call: Call) throws {
    var overrides: [String] = []
    for index in 0..<Int(options.override_count) {
      overrides.append(try call.text(options.overrides[index], "options->overrides[\(index)]"))
    }
    try call.require(
      overrides.count.isMultiple(of: 2), "'options->overrides' has \(overrides.count) strings",
      "give pairs of KEY and VALUE")
    try call.require(
      weights == nil || options.random_weights == 0, "'weights' and 'options->random_weights' exclude each other",
      "give one of them")
    let precision = try Self.precision(options, call)
    try call.require(
      options.calibration == nil || precision == .int8,
      "'options->calibration' is for the precision int8, not for \(precision.rawValue)",
      "give both, or leave it out")
    if let weights { overrides += [Key.testCheckpointFilePath.name, pythonString(weights)] }
    let config = try Configuration.load(path: path, overrides: overrides, rules: RunRules())
    var notices = config.notices
    let engine = try Self.engine(precision, threads: call.threads(options.threads), &notices)
    let loaded = try LoadedModel(
      config,
      WeightOptions(
        randomSeed: options.random_weights == 0 ? nil : options.random_seed,
        calibration: options.calibration.map { String(cString: $0) }), engine: engine)
    notices += loaded.notices + loaded.model.algorithmNotices()
    self.config = config
    self.notices = strdup(notices.joined(separator: "\n"))
    self.loaded = loaded
  }

  deinit { free(notices) }

  /// Computes with the model: calls wait for each other.
  func use<Result>(_ body: (LoadedModel) throws -> Result) throws -> Result {
    // A lock's own result could not leave the threads that share the model.
    var result: Result?
    try turn.withLock { _ in result = try body(loaded) }
    return result!
  }

  private static func precision(_ options: slowfast_model_options, _ call: Call) throws -> Precision {
    let name = options.precision.map { String(cString: $0) } ?? Precision.fp32.rawValue
    guard let precision = Precision(rawValue: name) else {
      throw call.error("'options->precision' is '\(name)'", "give fp32, bf16 or int8")
    }
    return precision
  }

  private static func engine(_ precision: Precision, threads: Int?, _ notices: inout [String]) -> Engine {
    let kernels = KernelTable.best
    let activations = precision.activations(with: kernels)
    if let notice = precision.notice(with: kernels) { notices.append(notice) }
    return Engine(
      threads: threads, kernels: kernels, activations: activations,
      quantizes: precision.quantizes)
  }
}

extension Model {
  /// The model that a handle stands for, which lives as long as the handle is not closed.
  static func of(_ handle: OpaquePointer?, _ call: Call) throws -> Model {
    Unmanaged<Model>.fromOpaque(UnsafeRawPointer(try call.pointer(handle, "model"))).takeUnretainedValue()
  }

  var handle: OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  static func close(_ handle: OpaquePointer?) {
    guard let handle else { return }
    Unmanaged<Model>.fromOpaque(UnsafeRawPointer(handle)).release()
  }
}
