internal import CBLAS

/// OpenBLAS computes on the calling thread only: the worker pool splits the work, and two pools of threads
/// would fight over the processors.
private let blasIsSingleThreaded: Void = openblas_set_num_threads(1)

/// Computes y = y + A x for a row-major matrix on the calling thread.
///
/// - Parameters:
///   - a: rows x columns, `aStride` floats from row to row.
///   - x: columns.
///   - y: rows.
public func addMatrixVectorProduct(
  rows: Int, columns: Int, a: UnsafePointer<Float>, aStride: Int, x: UnsafePointer<Float>,
  y: UnsafeMutablePointer<Float>
) {
  _ = blasIsSingleThreaded
  cblas_sgemv(
    CblasRowMajor, CblasNoTrans, blasint(rows), blasint(columns), 1, a, blasint(aStride), x, 1, 1, y, 1)
}
