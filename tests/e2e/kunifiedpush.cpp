// An app of KDE's libkunifiedpush, which Stint's distributor has to be one for (push.md §4.4): built and run on a newer
// Debian by tests/e2e/test_push_kde.py. It says each thing that it hears as a line of JSON, and does what a line says.
#include <cstdio>
#include <string>

#include <KUnifiedPush/Connector>
#include <QCoreApplication>
#include <QDBusConnection>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSocketNotifier>
#include <unistd.h>

namespace {

void say(const QString& what, const QJsonObject& words) {
    QJsonObject line = words;
    line[QLatin1String("heard")] = what;
    std::puts(QJsonDocument(line).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
}

QString in64(const QByteArray& bytes) {
    return QString::fromLatin1(bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

} // namespace

int main(int count, char** words) {
    QCoreApplication app(count, words);
    const QString name = QString::fromLatin1(words[1]);
    if (!QDBusConnection::sessionBus().registerService(name)) return 1;
    KUnifiedPush::Connector connector(name);
    QObject::connect(&connector, &KUnifiedPush::Connector::messageReceived, [](const QByteArray& message) {
        say(QStringLiteral("message"), {{QStringLiteral("text"), QString::fromUtf8(message)}});
    });
    const auto endpoint = [&connector] {
        say(QStringLiteral("endpoint"), {{QStringLiteral("url"), connector.endpoint()},
                                         {QStringLiteral("key"), in64(connector.contentEncryptionPublicKey())},
                                         {QStringLiteral("auth"), in64(connector.contentEncryptionAuthSecret())}});
    };
    QObject::connect(&connector, &KUnifiedPush::Connector::endpointChanged, endpoint);
    QObject::connect(&connector, &KUnifiedPush::Connector::stateChanged, [](KUnifiedPush::Connector::State state) {
        say(QStringLiteral("state"), {{QStringLiteral("is"), static_cast<int>(state)}});
    });
    if (!connector.endpoint().isEmpty()) endpoint();
    QSocketNotifier told(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&told, &QSocketNotifier::activated, [&] {
        char line[256] = {};
        if (::read(STDIN_FILENO, line, sizeof line - 1) <= 0) return QCoreApplication::quit();
        if (std::string(line) == "unregister\n") connector.unregisterClient();
    });
    connector.registerClient(QStringLiteral("a test"));
    return QCoreApplication::exec();
}
