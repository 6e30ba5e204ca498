public import Tensors

/// Looks weights up by name under a prefix, verifies their shapes and records what was asked for:
/// `weights["s1"]["pathway0_stem"].tensor("conv.weight", [64, 3, 1, 7, 7])`.
///
/// All readers made from one share a record. Not for several threads at a time.
public struct WeightReader {
  private let supply: Supply
  private let record: Record
  /// Whether every tensor is the caller's own, to be changed in place; those of a reader of shapes are shared.
  public let givesCopies: Bool
  /// Whether kernels of one frame become those of several.
  private let inflates: Bool
  /// The prefix, without the dot after it.
  public let scope: String

  private enum Supply {
    /// A file, if any; where it has no fitting tensor, random weights if allowed.
    case checkpoint(Checkpoint?, substitute: RandomWeights?)
    case random(RandomWeights)
  }

  /// What has been asked for so far.
  private final class Record {
    var used: Set<String> = []
    /// How many tensors were found in their shape.
    var found = 0
    /// How many kernels of one frame became those of several.
    var inflated = 0
    var changed: [LoadReport.Changed] = []
    /// The tensors of more than one axis that were asked for.
    var matrices: [(name: String, isFound: Bool)] = []
    var missing: [LoadReport.Missing] = []
    var mismatched: [LoadReport.Mismatched] = []
    var unsound: [LoadReport.Unsound] = []
    private var zeros: [[Int]: Tensor] = [:]

    /// Zeros, the same for all tensors of a shape.
    func zeros(_ shape: [Int]) -> Tensor {
      if let known = zeros[shape] { return known }
      let tensor = Tensor(zeros: shape)
      zeros[shape] = tensor
      return tensor
    }
  }

  /// Reads from a file.
  ///
  /// - Parameters:
  ///   - checkpoint: The file; with none, every tensor is missing.
  ///   - allowPartial: Whether missing and misshapen tensors are replaced by seeded random ones.
  ///   - seed: For those.
  ///   - inflates: Whether kernels of one frame become those of as many as are asked for: repeated for every frame, and
  ///     divided by their number.
  public init(_ checkpoint: Checkpoint?, allowPartial: Bool = false, seed: UInt64 = 0, inflates: Bool = false) {
    supply = .checkpoint(checkpoint, substitute: allowPartial ? RandomWeights(seed: seed) : nil)
    record = Record()
    givesCopies = true
    self.inflates = inflates
    scope = ""
  }

  /// Compares names and shapes with those of a file, for the report: none of its numbers are read, every tensor is zeros.
  public init(shapesOf checkpoint: Checkpoint) {
    supply = .checkpoint(checkpoint, substitute: nil)
    record = Record()
    givesCopies = false
    inflates = false
    scope = ""
  }

  /// Reads from a file, with others for what is missing or misshapen: as a training begins.
  public init(_ checkpoint: Checkpoint, orElse weights: RandomWeights, inflates: Bool = false) {
    supply = .checkpoint(checkpoint, substitute: weights)
    record = Record()
    givesCopies = true
    self.inflates = inflates
    scope = ""
  }

  /// Gives seeded random weights for every name.
  public init(random seed: UInt64) { self.init(RandomWeights(seed: seed)) }

  /// Gives random weights for every name.
  public init(_ weights: RandomWeights) {
    supply = .random(weights)
    record = Record()
    givesCopies = true
    inflates = false
    scope = ""
  }

  private init(_ parent: WeightReader, _ scope: String) {
    supply = parent.supply
    record = parent.record
    givesCopies = parent.givesCopies
    inflates = parent.inflates
    self.scope = parent.scope.isEmpty ? scope : parent.scope + "." + scope
  }

  /// The reader of the tensors under a module's name.
  public subscript(_ scope: String) -> WeightReader { WeightReader(self, scope) }

  /// Returns the tensor of a name under this prefix, in exactly the given shape.
  ///
  /// Kernels of height and width alone serve where those of a single frame are asked for. From Caffe2 files, missing last
  /// dimensions of size 1 are added and vectors are repeated to a multiple of their length.
  ///
  /// - Parameters:
  ///   - hint: The configuration key that sets this shape, for the report: of a kernel its first two extents.
  ///   - kernelHint: The one that sets what follows these; nil where none does.
  ///   - change: Makes one of this shape of the file's, where that may have another.
  ///   - branchGain: For the scale at the end of a residual or non-local branch: what it is among random weights. What
  ///     a partial load lacks of such scales is 0, as the reference begins: fresh branches do nothing.
  /// - Returns: The tensor. Where the file has none, or one of another shape: random weights if a partial load is
  ///   allowed, else nil; either way it is recorded.
  public func tensor(
    _ name: String, _ shape: [Int], hint: String? = nil, kernelHint: String? = nil, branchGain: Float? = nil,
    change: WeightChange? = nil
  ) -> Tensor? {
    let name = scope.isEmpty ? name : scope + "." + name
    switch supply {
    case .random(let weights):
      guard let branchGain = branchGain.map({ weights.branchGain ?? $0 }) else { return weights.tensor(name, shape) }
      let tensor = Tensor(zeros: shape)
      tensor.mutableValues.update(repeating: branchGain)
      return tensor
    case .checkpoint(let checkpoint, let substitute):
      record.used.insert(name)
      let found = checkpoint.flatMap { read(name, shape, hint, kernelHint, change, from: $0) }
      if shape.count > 1 { record.matrices.append((name, found != nil)) }
      if let found {
        record.found += 1
        if isVariance(name) { checkVariance(found, name) }
        return found
      }
      if checkpoint?.shape(name) == nil {
        record.missing.append(
          LoadReport.Missing(name: name, shape: shape, hint: hint, found: checkpoint?.unreadable(name)))
      }
      if !givesCopies { return record.zeros(shape) }
      return substitute.map { weights in
        guard branchGain != nil else { return weights.tensor(name, shape) }
        let tensor = Tensor(zeros: shape)
        if let gain = weights.branchGain, gain != 0 { tensor.mutableValues.update(repeating: gain) }
        return tensor
      }
    }
  }

  /// Batch normalisation takes the root of variance + 1e-5.
  private func checkVariance(_ tensor: Tensor, _ name: String) {
    guard let channel = tensor.values.firstIndex(where: { !($0 > -1e-5) }) else { return }
    record.unsound.append(LoadReport.Unsound(name: name, channel: channel, value: tensor.values[channel]))
  }

  /// Records that a tensor of that name, which the file has not, was made of others.
  public func recordMade(_ name: String, _ shape: [Int], words: String) {
    guard case .checkpoint = supply else { return }
    record.changed.append(LoadReport.Changed(name: name, from: nil, to: shape, words: words))
  }

  /// Whether the file has a tensor of that name under this prefix; random weights have every name.
  public func has(_ name: String) -> Bool {
    let name = scope.isEmpty ? name : scope + "." + name
    switch supply {
    case .random: return true
    case .checkpoint(let checkpoint, _): return checkpoint?.shape(name) != nil
    }
  }

  /// Whether a file, and not chance, gives the tensor of that name under this prefix.
  public func isInFile(_ name: String) -> Bool {
    if case .random = supply { return false }
    return has(name)
  }

  private func read(
    _ name: String, _ shape: [Int], _ hint: String?, _ kernelHint: String?, _ change: WeightChange?,
    from checkpoint: Checkpoint
  ) -> Tensor? {
    guard let fileShape = checkpoint.shape(name) else { return nil }
    // A shape came from the file, so the tensor is there.
    func load() -> Tensor? { givesCopies ? try? checkpoint.tensor(name) : record.zeros(fileShape) }
    if fileShape == shape { return load() }
    if let change, let tensor = load().flatMap(change.make), tensor.shape == shape {
      record.changed.append(LoadReport.Changed(name: name, from: fileShape, to: shape, words: change.words))
      return tensor
    }
    // Networks of pictures may be stored without the one frame that their kernels see.
    if shape.count == 5, shape[2] == 1, fileShape == Array(shape[..<2] + shape[3...]) {
      return load()?.reshaped(shape)
    }
    if inflates, isOfOneFrame(fileShape, of: shape) {
      record.inflated += 1
      return load().map { inflated($0, to: shape) }
    }
    if checkpoint.format == .caffe2 {
      let missing = shape.count - fileShape.count
      if missing > 0, fileShape + [Int](repeating: 1, count: missing) == shape { return load()?.reshaped(shape) }
      if shape.count == 1, fileShape.count == 1, fileShape[0] > 0, shape[0].isMultiple(of: fileShape[0]) {
        return load().map { tiled($0, shape[0]) }
      }
    }
    record.mismatched.append(
      LoadReport.Mismatched(
        name: name, modelShape: shape, fileShape: fileShape, hints: hints(shape, fileShape, hint, kernelHint)))
    return nil
  }

  /// The keys that set what differs.
  private func hints(_ shape: [Int], _ fileShape: [Int], _ hint: String?, _ kernelHint: String?) -> [String] {
    let isFlat = fileShape.count == 4 && shape.count == 5
    let fileShape = isFlat ? Array(fileShape[..<2]) + [1] + fileShape[2...] : fileShape
    guard shape.count == fileShape.count, shape.count > 2 else { return [hint].compactMap(\.self) }
    let (isWider, isLonger) = (shape[..<2] != fileShape[..<2], shape[2...] != fileShape[2...])
    return [isWider ? hint : nil, isLonger ? kernelHint : nil].compactMap(\.self)
  }

  /// Whether a kernel is that of one frame of which another has several.
  private func isOfOneFrame(_ fileShape: [Int], of shape: [Int]) -> Bool {
    guard shape.count == 5 else { return false }
    let (channels, place) = (Array(shape[..<2]), Array(shape[3...]))
    return fileShape == channels + place || fileShape == channels + [1] + place
  }

  private func inflated(_ tensor: Tensor, to shape: [Int]) -> Tensor {
    let (times, area) = (shape[2], shape[3] * shape[4])
    let result = Tensor(zeros: shape)
    for index in 0..<result.count {
      result.mutableValues[index] = tensor.values[index / (times * area) * area + index % area] / Float(times)
    }
    return result
  }

  private func tiled(_ tensor: Tensor, _ count: Int) -> Tensor {
    let result = Tensor(zeros: [count])
    for index in 0..<count { result.mutableValues[index] = tensor.values[index % tensor.count] }
    return result
  }

  /// What was not found, not used or of another shape so far; meant for after the model is built.
  public var report: LoadReport {
    guard case .checkpoint(let checkpoint, _) = supply else { return LoadReport(path: nil) }
    let unused = (checkpoint?.entries ?? []).filter { entry in
      !record.used.contains(entry.name) && !isBatchCount(entry.name) && !entry.isOfTraining
    }
    return LoadReport(
      path: checkpoint?.path, found: record.found, missing: record.missing, unused: unused.map(\.name),
      mismatched: record.mismatched, unsound: record.unsound, matrices: record.matrices, inflated: record.inflated,
      changed: record.changed)
  }
}

/// What makes a tensor of a file fit that has another shape.
public struct WeightChange {
  /// What becomes of it, after "are": "stretched to this network's distances".
  public let words: String
  /// Gives one of the shape that is asked for; nil of what it cannot be made of.
  public let make: (Tensor) -> Tensor?

  public init(_ words: String, make: @escaping (Tensor) -> Tensor?) { (self.words, self.make) = (words, make) }
}
