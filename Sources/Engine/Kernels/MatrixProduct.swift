internal import CBLAS

/// OpenBLAS computes on the calling thread only: the worker pool splits the work, and two pools of threads
/// would fight over the processors.
private let blasIsSingleThreaded: Void = openblas_set_num_threads(1)

/// Computes C = A B or C = A Bᵀ for row-major matrices on the calling thread.
///
/// - Parameters:
///   - a: rows x depth, `aStride` floats from row to row.
///   - b: depth x columns, or columns x depth where `bTransposed`; `bStride` floats from row to row.
///   - c: rows x columns, `cStride` floats from row to row; overwritten.
public func matrixProduct(
  rows: Int, columns: Int, depth: Int, a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>, bStride: Int,
  bTransposed: Bool = false, c: UnsafeMutablePointer<Float>, cStride: Int
) {
  _ = blasIsSingleThreaded
  cblas_sgemm(
    CblasRowMajor, CblasNoTrans, bTransposed ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns),
    blasint(depth), 1, a, blasint(aStride), b, blasint(bStride), 0, c, blasint(cStride))
}
