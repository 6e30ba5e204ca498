internal import Glibc

/// What tells a file or a folder from others, whatever path leads to it: links are followed.
public struct FileIdentity: Hashable, Sendable {
  private let device: dev_t
  private let number: ino_t

  /// Nil where there is neither a file with bytes of its own nor a folder: devices and pipes hold nothing that could be lost.
  public init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0, [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else { return nil }
    (device, number) = (status.st_dev, status.st_ino)
  }
}
