internal import Glibc
public import Parallel
public import Tensors

/// What is done against gradients that are too large.
public enum GradientClipping: Sendable, Equatable {
  case none
  /// Every number is limited to this magnitude.
  case value(Double)
  /// All numbers are multiplied by min(1, limit / (norm + 1e-6)), with the L2 norm of all of them together: the norm
  /// afterwards is just below the limit.
  case norm(Double)

  /// Takes PySlowFast's settings; 0 is none, and a limit of values goes before one of the norm.
  ///
  /// - Parameters:
  ///   - value: `SOLVER.CLIP_GRAD_VAL`.
  ///   - norm: `SOLVER.CLIP_GRAD_L2NORM`.
  /// - Throws: `badSetting` for a limit that is negative or not a number.
  public init(value: Double?, norm: Double?) throws(OptimizationError) {
    for (key, limit) in [("SOLVER.CLIP_GRAD_VAL", value), ("SOLVER.CLIP_GRAD_L2NORM", norm)] {
      guard let limit, !(limit >= 0) else { continue }
      throw .badSetting(
        key: key, found: "\(limit)", expected: "a number above 0", advice: "set None for gradients as they are")
    }
    if let value, value != 0 {
      self = .value(value)
    } else if let norm, norm != 0 {
      self = .norm(norm)
    } else {
      self = .none
    }
  }

  /// Clips gradients in place.
  ///
  /// NaN stays NaN; with one of them, or an infinite number, the norm's factor makes NaN, as PyTorch's does.
  ///
  /// - Returns: The L2 norm before clipping.
  @discardableResult
  public func apply(to gradients: [Tensor], pool: WorkerPool) -> Double {
    let norm = globalNorm(gradients, pool: pool)
    let pieces = TensorPieces(gradients.map(\.count))
    switch self {
    case .none: break
    case .value(let limit):
      let limit = Float(limit)
      pieces.forEach(pool) { piece in
        let start = gradients[piece.tensor].storage.pointer
        for index in piece.range {
          let number = start[index]
          start[index] = number > limit ? limit : number < -limit ? -limit : number
        }
      }
    case .norm(let limit):
      let share = limit / (norm + 1e-6)
      if share >= 1 { break }
      let factor = Float(share)
      pieces.forEach(pool) { piece in
        let start = gradients[piece.tensor].storage.pointer
        for index in piece.range { start[index] *= factor }
      }
    }
    return norm
  }
}

/// The L2 norm of all numbers of some tensors together, summed in Double in the tensors' order, whatever the number of
/// threads. NaN where one of them is.
public func globalNorm(_ tensors: [Tensor], pool: WorkerPool) -> Double {
  sumsOfSquares(tensors, pool).reduce(0, +).squareRoot()
}
