public import Kernels
public import Tensors
internal import Wording

extension TunedPlanFile {
  /// Makes sure that the plan was measured for what an engine computes with.
  ///
  /// The choices hold for a processor, kernels and a precision: of another one they are refused. On other numbers of threads they
  /// are legal, and perhaps not the best.
  ///
  /// - Parameters:
  ///   - path: The file, for messages.
  ///   - here: What the engine computes with.
  ///   - activations: The format of its activations.
  ///   - precisions: Those that the caller could be told to take.
  /// - Returns: What is to be told.
  /// - Throws: `TunedPlanMisfit`, `TunedPlanFileError` for an algorithm that cannot compute its convolution.
  public func check(
    _ path: String, on here: Setting, activations: ElementFormat, offering precisions: [Precision] = Precision.allCases
  ) throws -> [String] {
    func misfit(_ measured: String, _ found: String, _ remedy: String) -> TunedPlanMisfit {
      TunedPlanMisfit(path: path, measured: measured, found: found, remedy: remedy)
    }
    let another = "make one here with slowfast tune, or leave out --tuned"
    if !setting.processor.isAlike(here.processor) {
      throw misfit("on \(setting.processor)", "this processor is \(here.processor)", another)
    }
    if setting.precision != here.precision {
      throw misfit(
        "for \(setting.precision)", "this run computes in \(here.precision)",
        precisions.contains { $0.rawValue == setting.precision }
          ? "give --precision \(setting.precision), \(another)" : another)
    }
    if setting.kernels != here.kernels {
      throw misfit(
        "with the kernels \(setting.kernels.rawValue)", "these are \(here.kernels.rawValue)",
        "give --kernels \(setting.kernels.rawValue), \(another)")
    }
    for (index, layer) in layers.enumerated()
    where !layer.algorithm.supports(layer.kind.shape, input: layer.kind.input, activations: activations) {
      throw TunedPlanFileError(
        path: path,
        found: "\"algorithm\" of layer \(index + 1) is \"\(layer.algorithm.rawValue)\", which cannot compute "
          + "\(layer.kind.shape) of \(layer.kind.input)")
    }
    return notices(path, on: here)
  }

  private func notices(_ path: String, on here: Setting) -> [String] {
    var differences: [String] = []
    if setting.threads != here.threads {
      differences.append("with \(counted(setting.threads, "thread")), and a clip has \(here.threads) here")
    }
    if setting.processor.caches != here.processor.caches {
      func list(_ caches: [Int]) -> String { caches.map { "\($0 >> 10)" }.joined(separator: ", ") }
      differences.append(
        "with caches of \(list(setting.processor.caches)) KB, and here they have \(list(here.processor.caches))")
    }
    if setting.program != here.program {
      differences.append("by version \(setting.program), and this is \(here.program)")
    }
    return differences.map {
      "--tuned '\(path)' was measured \($0): other algorithms may be faster -> measure again with slowfast tune"
    }
  }
}

/// A tuned plan that was measured for something else.
public struct TunedPlanMisfit: Error, Equatable, CustomStringConvertible {
  let path: String
  let measured: String
  let found: String
  let remedy: String

  public var description: String {
    "choosing algorithms by the tuned plan '\(path)': it was measured \(measured), and \(found) -> \(remedy)"
  }
}
