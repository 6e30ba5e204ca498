internal import MicroKernels

/// `MicroKernels.meanPixel` for this instruction set.
@inline(never)
public func meanPixel(
  _ pixels: UnsafePointer<UnsafePointer<Float>>, _ count: Int, _ channels: Int, _ output: UnsafeMutablePointer<Float>
) {
  MicroKernels.meanPixel(PortableUnit.self, pixels, count, channels, output)
}
