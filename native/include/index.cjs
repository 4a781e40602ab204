// Where the C++ headers are: node -p "require('vsr-metrics/include')"
module.exports = __dirname;
