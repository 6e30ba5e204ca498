internal import Tensors

internal import Parallel

/// The measurement of what the vector units can do at most.
public struct PeakKernels: Sendable {
  /// Adds `iterations` x `sums` products of whole registers to registers.
  public typealias Products = @Sendable (_ iterations: Int, _ factor: Float) -> Float

  let products: Products
  /// The registers that products are added to.
  let sums: Int
  /// Floats in a register.
  let lanes: Int

  /// Multiply-adds of one call with `iterations`.
  public func multiplyAdds(iterations: Int) -> Int { iterations * sums * lanes }
}

extension Engine {
  /// Keeps every thread's vector units busy with `iterations` x 12 products or more in the engine's precision.
  ///
  /// - Returns: The multiply-adds that were done on all threads together.
  public func runPeak(iterations: Int) -> Int {
    // As many pieces as threads: each runs one, all at the same time.
    let peak =
      quantizes
      ? kernels.integers.peak : activations == .bfloat16 ? kernels.bfloat16?.peak ?? kernels.peak : kernels.peak
    pool.forEach(pool.threads) { _ in _ = peak.products(iterations, 1) }
    return pool.threads * peak.multiplyAdds(iterations: iterations)
  }
}
