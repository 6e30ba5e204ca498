public import Geometry
public import Imaging

/// Ten grey frames a second for ten seconds, some of them damaged.
public final class GreyFrames: FrameSource {
  public let name = "v"
  public let frameCount = 100
  public let framesPerSecond = 10.0
  public var size: ImageSize { ImageSize(width: 64, height: 48) }
  private let damaged: Set<Int>

  public init(damaged: Set<Int> = []) { self.damaged = damaged }

  public func frame(at index: Int) throws -> Image {
    if damaged.contains(index) {
      throw FrameDamage(frame: index, cause: "a scratch", description: "reading: a scratch")
    }
    return Image(size: size, order: .bgr, pixels: [UInt8](repeating: 90, count: 3 * 64 * 48))
  }
}
